package conform

import (
	"errors"
	"strings"
	"testing"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// brokenColumn is a column that panics.
type brokenColumn struct{ textColumn }

func (*brokenColumn) add(*table.Text, int) { panic("no such thing") }

func TestPanicInAColumnIsAnError(t *testing.T) {
	c := &schemas.Collection{Name: "c", Tables: []*schemas.Table{{Name: "t", Key: []string{"a"}, Fields: []*schemas.Field{{Name: "a", Type: schemas.TypeText}}}}}
	b, err := NewBuilder(t.Context(), c, c.Tables[0], NewKeys(c), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.workers[0].slots[0].column = &brokenColumn{}
	if err := b.Begin("f", []string{"a"}, 1); err != nil {
		t.Fatal(err)
	}
	for range depth + 10 {
		text := &table.Text{Data: []byte("x"), Begin: []uint32{0}, End: []uint32{1}, Lines: []uint32{2}, Columns: 1}
		if err = b.Add(text); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrColumn) || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("error %v", err)
	}
	if b.End() == nil {
		t.Error("the builder goes on")
	}
	if _, err := b.Finish(); !errors.Is(err, ErrColumn) {
		t.Errorf("finish: %v", err)
	}
}
