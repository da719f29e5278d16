package publish

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// cells gives the text of a field of a row; "" is blank.
type cells func(row int, field string) string

// makeTable builds a table from texts: dates as yyyy-mm-dd, with hh:mm after them for datetimes. Fields that
// absent names have no column.
func makeTable(tb testing.TB, schema *schemas.Table, rows int, file string, text cells, absent ...string) *table.Table {
	tb.Helper()
	t := &table.Table{Schema: schema, Rows: rows}
	for _, f := range schema.Fields {
		column := &table.Column{Field: f}
		if !strings.Contains(" "+strings.Join(absent, " ")+" ", " "+f.Name+" ") {
			fill(tb, column, rows, text)
		}
		t.Columns = append(t.Columns, column)
	}
	if file != "" {
		files := table.NewDictionary()
		files.Code([]byte(file))
		lines := make([]uint32, rows)
		for i := range lines {
			lines[i] = uint32(i + 2)
		}
		t.File, t.Line = table.DictionaryArray(make([]uint32, rows), files.Array(), nil, 0), table.LineArray(lines)
	}
	return t
}

func fill(tb testing.TB, c *table.Column, rows int, text cells) {
	tb.Helper()
	valid, nulls := make([]byte, (rows+7)/8), 0
	texts := make([]string, rows)
	for i := range texts {
		texts[i] = text(i, c.Field.Name)
		if texts[i] == "" {
			nulls++
		} else {
			valid[i/8] |= 1 << (i % 8)
		}
	}
	switch c.Field.Type {
	case schemas.TypeDate, schemas.TypeDateTime:
		days, seconds := make([]int32, rows), make([]int32, rows)
		timed, untimed := make([]byte, len(valid)), rows
		for i, s := range texts {
			if s == "" {
				continue
			}
			day, err := schemas.ParseDay(s[:10])
			if err != nil {
				tb.Fatal(err)
			}
			days[i] = day
			if len(s) > 10 {
				var h, m int
				fmt.Sscanf(s[11:], "%d:%d", &h, &m)
				seconds[i] = int32(h*3600 + m*60)
				timed[i/8] |= 1 << (i % 8)
				untimed--
			}
		}
		c.Array = table.DateArray(days, valid, nulls)
		if c.Field.Type == schemas.TypeDateTime {
			c.Time = table.TimeArray(seconds, timed, untimed)
		}
	case schemas.TypeInteger:
		values := make([]int64, rows)
		for i, s := range texts {
			fmt.Sscan(s, &values[i])
		}
		c.Array = table.IntegerArray(values, valid, nulls)
	case schemas.TypeBoolean:
		bits := make([]byte, len(valid))
		for i, s := range texts {
			if s == "true" {
				bits[i/8] |= 1 << (i % 8)
			}
		}
		c.Array = table.BooleanArray(rows, bits, valid, nulls)
	case schemas.TypeText:
		offsets, data := make([]int32, 1, rows+1), []byte(nil)
		for _, s := range texts {
			data = append(data, s...)
			offsets = append(offsets, int32(len(data)))
		}
		c.Array = table.StringArray(offsets, data, valid, nulls)
	default:
		dictionary, codes := table.NewDictionary(), make([]uint32, rows)
		for i, s := range texts {
			if s != "" {
				codes[i] = dictionary.Code([]byte(s))
			}
		}
		c.Array = table.DictionaryArray(codes, dictionary.Array(), valid, nulls)
	}
}

func resultSchema(tb testing.TB, name string) *schemas.Table {
	tb.Helper()
	s, err := schemas.Result(name)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func frontDoor(tb testing.TB, name string) *schemas.Table {
	tb.Helper()
	c, err := schemas.Load("front_door")
	if err != nil {
		tb.Fatal(err)
	}
	return c.Table(name)
}

// manyContacts is a decided table in the proportions of a real front door.
func manyContacts(tb testing.TB, rows int) *table.Table {
	random := rand.New(rand.NewPCG(1, 2))
	class := make([]string, rows)
	children := rows * 3 / 10
	child := make([]int, rows)
	for i := range class {
		class[i] = "unique"
		if random.IntN(10) < 3 {
			class[i] = classes[random.IntN(len(classes))]
		}
		child[i] = random.IntN(children)
	}
	t := makeTable(tb, resultSchema(tb, "contacts"), rows, "contacts.csv", func(row int, field string) string {
		unique := class[row] == "unique"
		converted := unique && row%3 == 0
		switch field {
		case "contact_id":
			return fmt.Sprintf("C%07d", row)
		case "child_id":
			return fmt.Sprintf("K%06d", child[row])
		case "person_id":
			return fmt.Sprintf("K%06d", child[row]/2*2)
		case "contact_date", "counted_date":
			return fmt.Sprintf("20%02d-%02d-%02d", 15+row%5, 1+random.IntN(12), 1+random.IntN(28))
		case "source":
			return fmt.Sprintf("%d%c", 1+random.IntN(9), 'A'+rune(random.IntN(3)))
		case "concern":
			return fmt.Sprintf("concern %d", random.IntN(14))
		case "outcome":
			return fmt.Sprintf("OUTCOME_%d", random.IntN(8))
		case "source_system":
			return fmt.Sprintf("SYS%d", random.IntN(3))
		case "class":
			return class[row]
		case "matched_contact_id":
			if !unique && row > 50 {
				return fmt.Sprintf("C%07d", row-random.IntN(50))
			}
		case "matched_line":
			if !unique {
				return fmt.Sprint(row)
			}
		case "incident_id":
			return fmt.Sprintf("C%07d/K%06d", row-row%2, child[row])
		case "first_of_incident":
			return fmt.Sprint(unique)
		case "evidence":
			if !unique {
				return "strong"
			}
		case "converted":
			return fmt.Sprint(converted)
		case "link_method":
			if converted {
				return "explicit"
			}
		case "referral_id", "named_referral_id":
			if converted {
				return fmt.Sprintf("R%07d", row)
			}
		case "repeat_30d", "repeat_90d", "repeat_12m":
			if unique {
				return []string{"yes", "no", "not known"}[random.IntN(3)]
			}
		case "reason":
			return "counted because of " + class[row]
		default:
			return fmt.Sprint(random.IntN(10) == 0)
		}
		return ""
	})
	return t
}

// manyDelivered is a delivered contacts table in the proportions of a real front door.
func manyDelivered(tb testing.TB, rows int) *table.Table {
	random := rand.New(rand.NewPCG(3, 4))
	return makeTable(tb, frontDoor(tb, "contacts"), rows, "contacts.csv", func(row int, field string) string {
		switch field {
		case "contact_id":
			return fmt.Sprintf("C%07d", row)
		case "child_id":
			return fmt.Sprintf("K%06d", random.IntN(rows*3/10))
		case "contact_date", "counted_date":
			return fmt.Sprintf("20%02d-%02d-%02d %02d:%02d", 15+row%5, 1+random.IntN(12), 1+random.IntN(28), random.IntN(24), random.IntN(60))
		case "source":
			return fmt.Sprintf("%d%c", 1+random.IntN(9), 'A'+rune(random.IntN(3)))
		case "concern":
			return fmt.Sprintf("concern %d", random.IntN(14))
		case "incident_ref":
			if row%4 == 0 {
				return fmt.Sprintf("POL/%06d", random.IntN(rows))
			}
		case "family_id":
			return fmt.Sprintf("F%06d", random.IntN(rows/10))
		case "source_system":
			return fmt.Sprintf("SYS%d", random.IntN(3))
		case "outcome":
			return fmt.Sprintf("OUTCOME_%d", random.IntN(8))
		case "referral_id":
			if row%3 == 0 {
				return fmt.Sprintf("R%07d", row)
			}
		}
		return ""
	})
}

// twoRowGroups is a decided table that needs a second row group; made once.
func twoRowGroups(tb testing.TB) *table.Table {
	made.Do(func() { made.table = manyContacts(tb, pages.RowGroupRows+1000) })
	return made.table
}

var made struct {
	sync.Once
	table *table.Table
}

// storeDelivered stores one delivered table.
func storeDelivered(st *Staging, collection string, t *table.Table) error {
	return st.Tables(context.Background(), 2, Stored{Table: t, Collection: collection})
}

// storeDecided stores one table that the pipeline decided.
func storeDecided(st *Staging, t *table.Table) error {
	return st.Tables(context.Background(), 2, Stored{Table: t})
}
