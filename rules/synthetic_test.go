package rules

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// builder makes a column cell by cell.
type builder struct {
	field      *schemas.Field
	dictionary *table.Dictionary
	codes      []uint32
	days       []int32
	offsets    []int32
	text       []byte
	valid      []byte
	rows       int
	nulls      int
	kept       []table.Kept
}

func newBuilder(f *schemas.Field) *builder {
	return &builder{field: f, dictionary: table.NewDictionary(), offsets: []int32{0}}
}

func (b *builder) add(text string, day int32, state table.State) {
	if b.rows%8 == 0 {
		b.valid = append(b.valid, 0)
	}
	code := uint32(0)
	switch {
	case state == table.Present:
		b.valid[b.rows>>3] |= 1 << (b.rows & 7)
		if b.field.Type == schemas.TypeCode || b.field.Type == schemas.TypeKey {
			code = b.dictionary.Code([]byte(text))
		} else {
			b.text = append(b.text, text...)
		}
	case state == table.Unreadable:
		b.kept = append(b.kept, table.Kept{Row: b.rows, Text: "?", Unreadable: true})
		fallthrough
	default:
		b.nulls++
	}
	b.codes, b.days, b.offsets = append(b.codes, code), append(b.days, day), append(b.offsets, int32(len(b.text)))
	b.rows++
}

func (b *builder) column() *table.Column {
	c := &table.Column{Field: b.field, Kept: b.kept}
	switch b.field.Type {
	case schemas.TypeCode, schemas.TypeKey:
		c.Array = table.DictionaryArray(b.codes, b.dictionary.Array(), b.valid, b.nulls)
	case schemas.TypeDate, schemas.TypeDateTime:
		c.Array = table.DateArray(b.days, b.valid, b.nulls)
	default:
		c.Array = table.StringArray(b.offsets, b.text, b.valid, b.nulls)
	}
	return c
}

// synthetic makes a front door of so many contacts, a third as many children, a quarter as many referrals and a
// sixth as many episodes. About one cell in twelve is blank, unreadable or wrong.
func synthetic(t testing.TB, contacts int, seed uint64) *Delivery {
	t.Helper()
	coll, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := schemas.LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	asAt := schemas.DayOf(2019, time.December, 31)
	d := &Delivery{Collection: coll, Tables: map[string]*table.Table{}, AsAt: &asAt, Calendar: calendar}
	random := rand.New(rand.NewPCG(seed, 1))
	sets := map[string][]string{}
	for _, name := range []string{"sex", "ethnicity", "referral_source", "contact_outcome", "cin_reason_for_closure", "yes_no"} {
		set, err := schemas.LoadCodeSet(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range set.Codes {
			sets[name] = append(sets[name], c.Code)
		}
	}
	upns := []string{"B801200005001", "Q839400024001", "UN1", "A801200005001"}
	sizes := map[string]int{"children": contacts / 3, "referrals": contacts / 4, "cin_episodes": contacts / 6, "contacts": contacts}
	builders := map[string]map[string]*builder{}
	for _, of := range coll.Tables {
		builders[of.Name] = map[string]*builder{}
		made := &table.Table{Schema: of, Rows: sizes[of.Name]}
		for _, f := range of.Fields {
			b := newBuilder(f)
			builders[of.Name][f.Name] = b
			if f.References != "" { // the dictionary begins with the parent's
				parent := builders[f.References][coll.Table(f.References).Key[0]].dictionary
				for code := range parent.Len() {
					b.dictionary.Code(parent.Value(uint32(code)))
				}
			}
			for row := range made.Rows {
				state, text := table.Present, ""
				switch chance := random.IntN(100); {
				case f.Name == of.Key[0] && chance > 0:
				case chance < 4:
					state = table.Blank
				case chance < 6:
					state = table.Unreadable
				}
				switch {
				case f.Codes != "" && random.IntN(50) == 0:
					text = "wrong"
				case f.Codes != "":
					text = sets[f.Codes][random.IntN(len(sets[f.Codes]))]
				case f.References != "":
					text = fmt.Sprintf("%s-%d", f.References, random.IntN(sizes[f.References]*101/100+1))
				case f.Name == of.Key[0]:
					text = fmt.Sprintf("%s-%d", of.Name, max(0, row-random.IntN(100)/99))
				case f.Name == "upn":
					text = upns[random.IntN(len(upns))]
				case f.Name == "nhs_number":
					text = fmt.Sprintf("%010d", random.IntN(1e10))
				default:
					text = fmt.Sprintf("text %d", random.IntN(1000))
				}
				b.add(text, asAt-int32(random.IntN(1500))+20, state)
			}
			made.Columns = append(made.Columns, b.column())
		}
		files := newBuilder(&schemas.Field{Type: schemas.TypeCode})
		lines := make([]uint32, made.Rows)
		for row := range lines {
			lines[row] = uint32(row) + 2
			files.add(of.Name+".csv", 0, table.Present)
		}
		made.Line = table.LineArray(lines)
		made.File = table.DictionaryArray(files.codes, files.dictionary.Array(), files.valid, files.nulls)
		d.Tables[of.Name] = made
	}
	return d
}

// garble makes one cell unreadable.
func garble(d *Delivery, tableName, field string, row int) *Delivery {
	changed := *d
	changed.Tables = map[string]*table.Table{}
	for name, t := range d.Tables {
		changed.Tables[name] = t
	}
	t := *d.Tables[tableName]
	t.Columns = append([]*table.Column{}, t.Columns...)
	i := t.Schema.FieldIndex(field)
	from := t.Columns[i]
	b := newBuilder(from.Field)
	if codes, values := from.Codes(); codes != nil {
		for code := range values.Len() {
			b.dictionary.Code([]byte(values.Value(code)))
		}
	}
	for r := range t.Rows {
		state, day := from.State(r), int32(0)
		if days := from.Days(); days != nil {
			day = days[r]
		}
		if r == row {
			state = table.Unreadable
		}
		b.add(from.Text(r), day, state)
	}
	t.Columns[i] = b.column()
	changed.Tables[tableName] = &t
	return &changed
}

// withoutColumn takes a column out of a delivery.
func withoutColumn(d *Delivery, tableName, field string) *Delivery {
	changed := garble(d, tableName, field, 0)
	changed.Tables[tableName].Column(field).Array = nil
	changed.Tables[tableName].Column(field).Kept = nil
	return changed
}
