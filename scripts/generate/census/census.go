// Package census makes clean returns of the children in need census about children who do not exist.
//
// A seed, a collection year and a number of children walk in; a return walks out, as XML or as a folder with one
// CSV for each table. Nothing in it breaks a rule of its year: the referrals, assessments, enquiries, conferences
// and plans of a child follow each other as they do in life. It imports nothing of the product, so that its idea
// of what is right is its own. The same arguments give the same bytes.
package census

import (
	"math/rand/v2"
	"strings"
	"time"
)

// Node is one element of a return.
type Node struct {
	Name string
	Text string // of an element without others in it
	Kids []*Node
}

// add adds an element with a text, unless the text is blank.
func (n *Node) add(name, text string) {
	if text != "" {
		n.Kids = append(n.Kids, &Node{Name: name, Text: text})
	}
}

// below adds an element that holds others.
func (n *Node) below(name string) *Node {
	kid := &Node{Name: name}
	n.Kids = append(n.Kids, kid)
	return kid
}

// Kid returns the first element with a name, or nil.
func (n *Node) Kid(name string) *Node {
	for _, kid := range n.Kids {
		if kid.Name == name {
			return kid
		}
	}
	return nil
}

// Return makes the return of the year that ends in March of a calendar year, 2023 to 2026.
func Return(seed uint64, year, children int) *Node {
	g := newGenerator(seed, year)
	message := &Node{Name: "Message", Kids: []*Node{g.header()}}
	all := message.below("Children")
	for range children {
		all.Kids = append(all.Kids, g.child())
	}
	return message
}

// Large writes the same return child by child, as XML when the path ends in .xml, else as a folder of CSV.
func Large(path string, seed uint64, year, children int) error {
	g := newGenerator(seed, year)
	each := func(yield func(child *Node) bool) {
		for range children {
			if !yield(g.child()) {
				return
			}
		}
	}
	if strings.HasSuffix(path, ".xml") {
		return writeXMLFile(path, g.header(), each)
	}
	return writeFolder(path, g.header(), each)
}

func newGenerator(seed uint64, year int) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(year))), year: year}
	g.first, g.last = day(year-1, 4, 1), day(year, 3, 31)
	g.yes, g.no = "1", "0"
	if seed%2 == 0 {
		g.yes, g.no = "true", "false"
	}
	return g
}

type generator struct {
	*rand.Rand
	year        int
	first, last date // of the census year
	yes, no     string
	children    int
	upns        int
}

// date counts days since 1970; none is no date.
type date int

const none date = -1 << 30

func day(year int, month time.Month, of int) date {
	return date(time.Date(year, month, of, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d date) text() string {
	if d == none {
		return ""
	}
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// weekday moves a day on to a Monday if it is at a weekend.
func (d date) weekday() date {
	switch (int(d) + 4) % 7 {
	case 6:
		return d + 2
	case 0:
		return d + 1
	}
	return d
}

func (g *generator) chance(p float64) bool { return g.Float64() < p }

// between returns a day from one up to and with another.
func (g *generator) between(from, to date) date {
	if to <= from {
		return from
	}
	return from + date(g.IntN(int(to-from)+1))
}

func (g *generator) oneOf(texts ...string) string { return texts[g.IntN(len(texts))] }

func (g *generator) header() *Node {
	h := &Node{Name: "Header"}
	c := h.below("CollectionDetails")
	c.add("Collection", "CIN")
	c.add("Year", g.last.text()[:4])
	c.add("ReferenceDate", g.last.text())
	s := h.below("Source")
	s.add("SourceLevel", "L")
	s.add("LEA", "998")
	s.add("SoftwareCode", "Synthetic")
	s.add("Release", "1")
	s.add("SerialNo", "001")
	s.add("DateTime", (g.last+60).text()+"T09:30:00")
	return h
}
