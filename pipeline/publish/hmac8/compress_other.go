//go:build !amd64

package hmac8

const wide = false

func compress8(*[8]row, *[16]row, *[64]uint32) { panic("no eight messages at once on this processor") }
