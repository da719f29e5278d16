package publish

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Part is a half of a run: originals or pseudonyms.
type Part string

// The parts of a run.
const (
	Restricted Part = "restricted"
	Analysis   Part = "analysis"
	Both       Part = "both"
)

// column is one field of a table on its way into a file.
type column struct {
	pages.Column
	field  *schemas.Field // nil: goes into both parts as it is
	source chunkKey       // what it was made from and how
}

// analysis returns the columns of the analysis part; several are worked out at once.
func (st *Staging) analysis(columns []column) ([]column, error) {
	kept := make([]column, len(columns))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, c := range columns {
		if !c.inAnalysis() {
			continue
		}
		g.Go(func() (err error) {
			defer caught(&err, "make column "+c.Name)
			kept[i] = c
			kept[i].source = c.key(c.treatment())
			if c.field != nil {
				kept[i].Unranged = c.Unranged || c.field.Privacy == schemas.Direct // the smallest pseudonym is one by chance
				kept[i].Array, err = st.forAnalysis(c.field, c.Array)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(kept, func(c column) bool { return c.Array == nil }), nil
}

// Altered tells whether values of a field stand otherwise in the analysis part than they were delivered, or not at all.
// A pseudonym counts as unaltered: equal values have equal ones.
func Altered(f *schemas.Field) bool {
	switch f.Privacy {
	case schemas.Open:
		return false
	case schemas.Direct:
		return f.Pseudonym == ""
	}
	return f.Analysis != "keep"
}

// forAnalysis returns what a column becomes in the analysis part: nil when it is left out. What the schema
// does not say is left out.
func (st *Staging) forAnalysis(f *schemas.Field, values arrow.Array) (arrow.Array, error) {
	switch {
	case f.Privacy == schemas.Open:
		return values, nil
	case f.Privacy == schemas.Direct && f.Pseudonym != "":
		return st.pseudonymised(f, values)
	case f.Privacy == schemas.Indirect && f.Analysis == "keep":
		return values, nil
	case f.Privacy == schemas.Indirect && f.Analysis == "month":
		days, ok := values.(*array.Date32)
		if !ok {
			return nil, fmt.Errorf("make field %s a month: it is no date; correct the schema", f.Name)
		}
		return months(days), nil
	case f.Privacy == schemas.Indirect && f.Analysis == "district":
		return eachText(values, func(text []byte) (string, bool) { return outward(text) })
	}
	return nil, nil
}

func (st *Staging) pseudonymised(f *schemas.Field, values arrow.Array) (arrow.Array, error) {
	if st.Pseudonyms == nil {
		return nil, fmt.Errorf("make pseudonyms of field %s: %w; set one for the staging", f.Name, ErrNoKey)
	}
	known := st.aliases.of(st.Pseudonyms, f.Pseudonym)
	switch a := values.(type) {
	case *array.Dictionary:
		texts, err := known.array(a.Dictionary().(*array.String), st.Keep)
		if err != nil {
			return nil, err
		}
		firsts := texts.firstOfEach()
		if firsts == nil {
			return array.NewDictionaryArray(pages.SumDictionaryType, a.Indices(), texts.pseudonyms), nil
		}
		codes := slices.Clone(a.Indices().(*array.Uint32).Uint32Values())
		for i, code := range codes {
			if a.IsValid(i) {
				codes[i] = firsts[code]
			}
		}
		indices := table.DictionaryArray(codes, table.Texts(nil), validBits(a), a.NullN()).Indices()
		return array.NewDictionaryArray(pages.SumDictionaryType, indices, texts.pseudonyms), nil
	case *array.String:
		texts, err := known.array(a, st.Keep)
		if err != nil {
			return nil, err
		}
		return texts.pseudonyms, nil
	}
	return nil, fmt.Errorf("make pseudonyms of field %s: it is no text; correct the schema", f.Name)
}

// months writes each day as yyyy-mm.
func months(days *array.Date32) arrow.Array {
	texts := table.NewDictionary()
	codes := make([]uint32, days.Len())
	code := map[arrow.Date32]uint32{}
	for i, d := range days.Date32Values() {
		if days.IsNull(i) {
			continue
		}
		c, known := code[d]
		if !known {
			c = texts.Code([]byte(schemas.Date(schemas.Day(d)).Format("2006-01")))
			code[d] = c
		}
		codes[i] = c
	}
	return table.DictionaryArray(codes, texts.Array(), validBits(days), days.NullN())
}

// eachText returns a dictionary of what change makes of each text; where it makes nothing the cell is null.
func eachText(values arrow.Array, change func([]byte) (string, bool)) (arrow.Array, error) {
	texts := table.NewDictionary()
	n := values.Len()
	codes := make([]uint32, n)
	valid := make([]byte, (n+7)/8)
	nulls := 0
	place := func(i int, text string) {
		if changed, ok := change(textBytes(text)); ok {
			codes[i] = texts.CodeOf(changed)
			valid[i/8] |= 1 << (i % 8)
		} else {
			nulls++
		}
	}
	switch a := values.(type) {
	case *array.String:
		for i := range n {
			if a.IsNull(i) {
				nulls++
				continue
			}
			place(i, a.Value(i))
		}
	case *array.Dictionary:
		held := a.Dictionary().(*array.String)
		for i := range n {
			if a.IsNull(i) {
				nulls++
				continue
			}
			place(i, held.Value(a.GetValueIndex(i)))
		}
	default:
		return nil, fmt.Errorf("change a column of type %s: it is no text; correct the schema", values.DataType())
	}
	return table.DictionaryArray(codes, texts.Array(), valid, nulls), nil
}

// outward returns the outward part of a postcode, its district, in upper case; nothing when the text is no
// full postcode.
func outward(postcode []byte) (string, bool) {
	var room [32]byte
	text := normalise(room[:0], postcode, false)
	n := len(text)
	if n < 5 || n > 7 {
		return "", false
	}
	in := text[n-3:]
	if !digit(in[0]) || !letter(in[1]) || !letter(in[2]) {
		return "", false
	}
	out := text[:n-3]
	letters := 0
	for letters < len(out) && letter(out[letters]) {
		letters++
	}
	rest := out[letters:]
	if letters < 1 || letters > 2 || len(rest) < 1 || len(rest) > 2 || !digit(rest[0]) {
		return "", false
	}
	if len(rest) == 2 && !digit(rest[1]) && !letter(rest[1]) {
		return "", false
	}
	return string(out), true
}

func digit(b byte) bool  { return b >= '0' && b <= '9' }
func letter(b byte) bool { return b >= 'A' && b <= 'Z' }
