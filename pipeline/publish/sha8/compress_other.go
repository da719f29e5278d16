//go:build !amd64

package sha8

var wide, wider = false, false

func compress8(*[8]row, *[16]row) { panic("no eight messages at once on this processor") }
