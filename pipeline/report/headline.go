package report

import (
	"fmt"
	"slices"
	"strings"
)

// robustPoints is how far, in points, the rate may move under a neighbouring setting and still be called robust.
const robustPoints = 2

// HeadlineInternal returns the paragraph that the run is about, with every number.
func HeadlineInternal(p InternalPage) string { return p.headline() }

// headline is the paragraph that the page is about: the contacts, what was taken off them, what became of the rest.
// Its parts add up.
func (s *sheet) headline() string {
	contacts := s.count("contacts", "", "")
	if contacts.text == "" {
		return "No figure is available: no table of contacts could be read."
	}
	var text strings.Builder
	if s.page.Synthetic {
		fmt.Fprintf(&text, "Synthetic data of %s. ", s.page.Authority.Name)
	}
	fmt.Fprintf(&text, "Between %s the front door recorded %s, one for each child named. ", between(s.page.Period), some(contacts, "contact", "contacts"))
	text.WriteString(s.deducted())
	unique := s.count("unique_contacts", "", "")
	fmt.Fprintf(&text, "That leaves %s about %s. ", some(unique, "unique contact", "unique contacts"), some(s.count("unique_children", "", ""), "child", "children"))
	conversion, known := s.whole("conversion_unique")
	n, _ := unique.Value()
	switch {
	case !known:
		text.WriteString("Whether they became referrals cannot be said: no referrals were read. ")
	case n == 0:
		text.WriteString("There is no rate of nothing. ")
	default:
		text.WriteString(s.becameOf(conversion))
	}
	text.WriteString("There is no national definition: do not compare with other councils. Neither high nor low is good in itself. ")
	approved := "not yet approved"
	if s.page.ApprovedBy != "" {
		approved = "approved by " + s.page.ApprovedBy
	}
	fmt.Fprintf(&text, "Definition %s, %s.", s.page.DefinitionVersion, approved)
	return text.String()
}

// deducted words what stands between contacts and unique contacts.
func (s *sheet) deducted() string {
	copies, same := s.count("copies", "", ""), s.count("same_incident", "", "")
	a, _ := copies.Value()
	b, _ := same.Value()
	told := counted(a+b, 1)
	text := fmt.Sprintf("%s copies or later reports of an event already counted, %s about children who already had an open case", isAre(told), isAre(s.count("open_case", "", "")))
	if nobody := s.count("unidentified", "", ""); nobody.text != "0" {
		text += fmt.Sprintf(" and %s named no child", nobody)
	}
	return text + ". "
}

// partsOf are the outcomes that the headline tells apart, with the words for each; what is in none of them is a part
// of its own.
var partsOf = []struct {
	words      string
	categories []string
}{
	{"led to early help", []string{"early help"}},
	{"ended with advice or no further action", []string{"advice", "no further action"}},
	{"too recent to judge or not recorded", []string{"too recent to judge, or not yet decided", "not recorded", "outcome not mapped"}},
}

// becameOf words what became of unique contacts, with the conversion first.
func (s *sheet) becameOf(conversion figure) string {
	var text strings.Builder
	all, _ := s.whole("conversion_all")
	fmt.Fprintf(&text, "%s of these (%s) became a referral; ", say(conversion.Numerator), rounded(conversion))
	if !slices.Contains(s.page.NotDelivered, "outcome") {
		text.WriteString(s.partsInWords())
	} else {
		text.WriteString("what became of the others cannot be said: the contacts have no outcome. ")
	}
	if all.Value.text != "" {
		fmt.Fprintf(&text, "As a share of all %s this is %s. ", some(all.Denominator, "contact", "contacts"), rounded(all))
	}
	if low, high, moved := s.span(); moved {
		fmt.Fprintf(&text, "If the council’s settings are varied as shown, the figure lies between %s and %s: it is not robust. ", low, high)
	} else if low != "" {
		fmt.Fprintf(&text, "If the council’s settings are varied as shown, the figure lies between %s and %s. ", low, high)
	}
	return text.String()
}

// partsInWords words what became of those that did not become a referral.
func (s *sheet) partsInWords() string {
	var text strings.Builder
	early, ended, elsewhere, open := s.parts()
	fmt.Fprintf(&text, "%s %s, %s %s, ", say(early), partsOf[0].words, say(ended), partsOf[1].words)
	if elsewhere.text != "0" {
		fmt.Fprintf(&text, "%s went elsewhere, ", say(elsewhere))
	}
	verb := "are"
	if open.text == "1" {
		verb = "is"
	}
	fmt.Fprintf(&text, "and %s %s %s. ", say(open), verb, partsOf[2].words)
	return text.String()
}

// parts returns the parts of unique contacts beside those that became a referral: what led to early help, what ended,
// what went elsewhere, what is open. Where only one of them has hidden numbers in it, the sum of those is what the
// others leave of the whole, which every reader can work out, and it is told.
func (s *sheet) parts() (early, ended, elsewhere, open Shown) {
	taken := []string{"referral"}
	sums := make([]Shown, 4)
	for i, part := range partsOf {
		taken = append(taken, part.categories...)
		sums[i] = s.together(part.categories)
	}
	sums[3] = s.together(s.othersThan(taken))
	left, _ := s.count("unique_contacts", "", "").Value()
	hidden := -1
	for i, n := range append(slices.Clone(sums), s.count("became", "became", "referral")) {
		value, seen := n.Value()
		if left -= value; seen || n.text == "" {
			continue
		}
		if hidden >= 0 || i == len(sums) {
			return sums[0], sums[1], sums[3], sums[2]
		}
		hidden = i
	}
	if hidden >= 0 && s.page.Policy.RoundTo <= 1 {
		sums[hidden] = counted(left, 1)
	}
	return sums[0], sums[1], sums[3], sums[2]
}

// together adds up what became of contacts over categories; hidden where a part of it is.
func (s *sheet) together(categories []string) Shown {
	var sum int64
	for _, category := range categories {
		n := s.count("became", "became", category)
		if n.Hidden() {
			return n
		}
		value, _ := n.Value()
		sum += value
	}
	return counted(sum, 1)
}

// othersThan returns the categories of what became of contacts that are not among some.
func (s *sheet) othersThan(taken []string) []string {
	var others []string
	for _, f := range s.of["became"] {
		if f.Breakdown == "became" && !slices.Contains(taken, f.Category) {
			others = append(others, f.Category)
		}
	}
	return others
}

// rounded writes a rate as a whole percentage, where it may be seen.
func rounded(f figure) string {
	n, seen := f.Numerator.Value()
	d, also := f.Denominator.Value()
	if !seen || !also || d == 0 {
		return say(f.Value)
	}
	return percentage(float64(n)/float64(d), 0)
}

// span returns the least and the greatest rate under the settings next to those of the run, one of them moved at a
// time; moved tells whether they are far from it.
func (s *sheet) span() (low, high string, moved bool) {
	g := newGrid(s)
	if g == nil {
		return "", "", false
	}
	least, greatest, chosen := g.neighbours()
	if least > greatest {
		return "", "", false
	}
	return percentage(least, 1), percentage(greatest, 1), 100*(greatest-chosen) > robustPoints || 100*(chosen-least) > robustPoints
}

// between writes 1 April and 30 September 2019.
func between(p Period) string {
	from, to := longDay(p.From), longDay(p.To)
	if len(p.From) >= 4 && len(p.To) >= 4 && p.From[:4] == p.To[:4] {
		from = strings.TrimSuffix(from, " "+p.From[:4])
	}
	return from + " and " + to
}

// some writes a count with what is counted, in the singular for one.
func some(n Shown, one, many string) string {
	switch {
	case n.Hidden():
		return tooFew + " of " + many
	case n.text == "1":
		return "1 " + one
	}
	return n.String() + " " + many
}

// tooFew stands in a sentence for a number that is hidden.
const tooFew = "a number not shown"

// say writes a count in a sentence.
func say(n Shown) string {
	if n.Hidden() {
		return tooFew
	}
	return n.String()
}

func isAre(n Shown) string {
	switch {
	case n.Hidden():
		return tooFew + " were"
	case n.text == "1":
		return "1 was"
	}
	return n.String() + " were"
}
