package pages

import (
	"bytes"
	"math"

	"frontdoor/schemas/table"
)

// longRange is the longest text that is written as the smallest or largest.
const longRange = 128

// somewhere is where some texts begin: rangeTexts of them, or the last ones.
type somewhere struct{ row, at int }

const rangeTexts = 64

// rangeOf notes the smallest and the largest of the texts of e.lengths. It looks for their heads first, without a branch for
// any text, and at whole texts only where one has such a head.
func (e *Encoder) rangeOf(text []byte) {
	if !e.ranged || len(e.lengths) == 0 {
		return
	}
	low, high := uint64(math.MaxUint64), uint64(0)
	lows, highs := e.lows[:0], e.highs[:0]
	at := 0
	for row := 0; row < len(e.lengths); row += rangeTexts {
		here := somewhere{row, at}
		lowHere, highHere := uint64(math.MaxUint64), uint64(0)
		for _, n := range e.lengths[row:min(row+rangeTexts, len(e.lengths))] {
			h := table.Head(text, at, at+int(n))
			lowHere, highHere = min(lowHere, h), max(highHere, h)
			at += int(n)
		}
		if lowHere < low {
			low, lows = lowHere, lows[:0]
		}
		if lowHere == low {
			lows = append(lows, here)
		}
		if highHere > high {
			high, highs = highHere, highs[:0]
		}
		if highHere == high {
			highs = append(highs, here)
		}
	}
	e.lows, e.highs = lows, highs
	least := e.foremost(text, lows, low, -1)
	most := e.foremost(text, highs, high, 1)
	if len(least) <= longRange && len(most) <= longRange {
		e.chunk.least, e.chunk.most = bytes.Clone(least), bytes.Clone(most)
	}
}

// foremost returns, of the texts in some places that have a head, the smallest one (direction -1) or the largest one (1).
func (e *Encoder) foremost(text []byte, places []somewhere, with uint64, direction int) []byte {
	var found []byte
	for _, place := range places {
		at := place.at
		for _, n := range e.lengths[place.row:min(place.row+rangeTexts, len(e.lengths))] {
			if table.Head(text, at, at+int(n)) == with {
				if value := text[at : at+int(n)]; found == nil || bytes.Compare(value, found) == direction {
					found = value
				}
			}
			at += int(n)
		}
	}
	return found
}
