package dedupe

import (
	"cmp"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Ledger says by child number, column by column, which person each belongs to and since when it is known.
type Ledger struct {
	ChildID, PersonID *array.String
	FirstSeen         *array.Date32
}

// LedgerOf returns a ledger of persons, by child number.
func LedgerOf(entries []Person) *Ledger {
	var w ledgerWriter
	for i := range entries {
		w.add(&entries[i])
	}
	return w.ledger()
}

// ledger returns the ledger that the run leaves.
func (p *persons) ledger() *Ledger {
	slices.SortFunc(p.kept, func(a, b Person) int { return cmp.Compare(a.ChildID, b.ChildID) })
	var w ledgerWriter
	w.expect(len(p.byName)+len(p.kept), len(p.names.ValueBytes()))
	kept := p.kept
	for _, child := range p.byName {
		own := Person{ChildID: p.name(child), PersonID: p.name(p.idCode[p.personOf[child]]), FirstSeen: p.firstSeen[child]}
		for ; len(kept) > 0 && kept[0].ChildID < own.ChildID; kept = kept[1:] {
			w.add(&kept[0])
		}
		w.add(&own)
	}
	for i := range kept {
		w.add(&kept[i])
	}
	return w.ledger()
}

// ledgerWriter puts a ledger together.
type ledgerWriter struct {
	children, persons struct {
		ends []int32
		data []byte
	}
	seen []schemas.Day
}

// expect makes room for so many entries whose child numbers have so many bytes.
func (w *ledgerWriter) expect(entries, size int) {
	w.children.ends, w.persons.ends = make([]int32, 0, entries+1), make([]int32, 0, entries+1)
	w.children.data, w.persons.data = make([]byte, 0, size), make([]byte, 0, size)
	w.seen = make([]schemas.Day, 0, entries)
}

func (w *ledgerWriter) add(entry *Person) {
	w.children.data, w.persons.data = append(w.children.data, entry.ChildID...), append(w.persons.data, entry.PersonID...)
	w.children.ends = append(w.children.ends, int32(len(w.children.data)))
	w.persons.ends = append(w.persons.ends, int32(len(w.persons.data)))
	w.seen = append(w.seen, entry.FirstSeen)
}

func (w *ledgerWriter) ledger() *Ledger {
	return &Ledger{
		ChildID:   table.StringArray(slices.Insert(w.children.ends, 0, 0), w.children.data, nil, 0),
		PersonID:  table.StringArray(slices.Insert(w.persons.ends, 0, 0), w.persons.data, nil, 0),
		FirstSeen: table.DateArray(w.seen, nil, 0),
	}
}
