package dedupe

import "frontdoor/schemas"

// answer is yes, no, or not known because the history that is held is too short.
type answer uint8

const (
	notAsked answer = iota
	no
	yes
	notKnown
)

var answers = []string{"", "no", "yes", "not known"}

// leftEdgeDays is how many days at the beginning of what is held are flagged: what went before is not known.
const leftEdgeDays = 30

// flagChild says of each unique incident whether an earlier one of the child began in the windows before it, and
// whether it is too recent to judge. Windows include both ends; 12 months reach to the same day a year before.
func (d *door) flagChild(c *child, s *Settings) {
	earlier := noDay
	for i := range c.incidents {
		held := &c.incidents[i]
		if held.episode >= 0 {
			continue
		}
		for w, days := range [...]schemas.Day{30, 90} {
			held.repeats |= repeatParts[w].put(int(repeated(earlier != noDay && held.day-earlier <= days, d.heldFrom <= held.day-days)))
		}
		held.repeats |= repeatParts[2].put(int(repeated(earlier != noDay && withinYear(earlier, held.day), d.yearHeld < held.day)))
		held.tooRecent = held.referral < 0 && d.calendar.WorkingDays(held.day, d.heldTo) <= s.ReferralWindow
		earlier = held.day
	}
}

func repeated(found, wholeWindowHeld bool) answer {
	switch {
	case found:
		return yes
	case wholeWindowHeld:
		return no
	}
	return notKnown
}

// withinYear tells whether a day is not after the same day of the year after an earlier one.
func withinYear(earlier, day schemas.Day) bool {
	const short, leap = 365, 366
	after := day - earlier
	return after <= short || after == leap && schemas.SameDayNextYear(earlier) >= day
}
