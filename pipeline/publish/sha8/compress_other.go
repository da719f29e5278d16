//go:build !amd64

package sha8

const (
	wide      = false
	wideFiles = false
)

func compress8(*[8]row, *[16]row) { panic("no eight texts at once on this processor") }

func rows8(*[16]row, *byte, *row) { panic("no eight texts at once on this processor") }
