package docs

import (
	"testing"

	"frontdoor/schemas"
)

// A number without a unit cannot be read.
func TestEveryNumberHasAUnit(t *testing.T) {
	var tables []*schemas.Table
	for _, name := range schemas.Collections() {
		c, err := schemas.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.XML == nil {
			tables = append(tables, c.Tables...)
		}
	}
	for _, name := range decided {
		own, err := schemas.Result(name)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, own)
	}
	for _, own := range tables {
		for _, f := range own.Fields {
			if number := f.Type == schemas.TypeInteger || f.Type == schemas.TypeDecimal; number && f.Unit == "" {
				t.Errorf("%s.%s has no unit", own.Name, f.Name)
			}
		}
	}
}
