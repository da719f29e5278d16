package census

import "fmt"

var (
	ethnicities  = []string{"WBRI", "WBRI", "WBRI", "WOTH", "MWBC", "MWAS", "AIND", "APKN", "BAFR", "OOTH", "REFU", "NOBT", "WROM", "MOTH"}
	disabilities = []string{"MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA"}
)

// child makes one child with all episodes.
func (g *generator) child() *Node {
	g.children++
	c := &Node{Name: "Child"}
	born, expected, died := g.between(g.last-18*365, g.last-40), none, none
	if g.chance(0.03) {
		born, expected = none, g.between(g.last-20, g.last+200)
	}
	earliest := born // of a referral
	if born == none {
		earliest = expected - 200
	}
	var episodes []*Node
	further := !g.chance(0.2)
	switch {
	case !further:
		episodes = append(episodes, g.noAction(max(earliest, g.first+7)))
	case born != none && g.chance(0.002):
		died = g.between(max(born, g.first)+20, g.last)
		episodes = append(episodes, g.ended(earliest, died))
	default:
		episodes = g.episodes(earliest)
	}
	g.identifiers(c.below("ChildIdentifiers"), born, expected, died, further)
	g.characteristics(c.below("ChildCharacteristics"))
	c.Kids = append(c.Kids, episodes...)
	return c
}

func (g *generator) identifiers(n *Node, born, expected, died date, further bool) {
	n.add("LAchildID", fmt.Sprintf("%c%07d", 'A'+rune(g.IntN(26)), g.children))
	age := 0
	if born != none {
		age = int(g.last-born) / 365
	}
	switch {
	case age >= 5 && !g.chance(0.02):
		n.add("UPN", g.upn())
		if g.chance(0.03) {
			n.add("FormerUPN", g.upn())
		}
	case age >= 4:
		n.add("UPNunknown", g.oneOf("UN2", "UN3", "UN4", "UN5", "UN6"))
	case !further:
		n.add("UPNunknown", "UN7")
	default:
		n.add("UPNunknown", "UN1")
	}
	n.add("PersonBirthDate", born.text())
	n.add("ExpectedPersonBirthDate", expected.text())
	switch {
	case g.year >= 2025 && born == none:
		n.add("Sex", "U")
	case g.year >= 2025:
		n.add("Sex", g.oneOf("M", "F"))
	case born == none:
		n.add("GenderCurrent", "0")
	default:
		n.add("GenderCurrent", g.oneOf("1", "2"))
	}
	n.add("PersonDeathDate", died.text())
}

func (g *generator) characteristics(n *Node) {
	n.add("Ethnicity", ethnicities[g.IntN(len(ethnicities))])
	all := n.below("Disabilities")
	if !g.chance(0.15) {
		all.add("Disability", "NONE")
		return
	}
	from := g.IntN(len(disabilities))
	for i := range 1 + g.IntN(3) {
		all.add("Disability", disabilities[(from+i)%len(disabilities)])
	}
}

// upn makes a number that no other child has: the letter fits the digits.
func (g *generator) upn() string {
	const letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
	g.upns++
	body := g.oneOf("801", "839", "301", "909") + fmt.Sprintf("%09d", g.upns*7+3)
	sum := 0
	for i, c := range body {
		sum += (i + 2) * int(c-'0')
	}
	return string(letters[sum%23]) + body
}
