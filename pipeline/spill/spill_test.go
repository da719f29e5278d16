//go:build unix

package spill

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

const rows = 200_000

// nameless returns what makes a file in a folder and removes its name.
func nameless(folder string) func() (Place, error) {
	return func() (Place, error) {
		name := filepath.Join(folder, "scratch")
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		return f, os.Remove(name)
	}
}

// arrays returns one of each kind of column, with and without nulls.
func arrays() []arrow.Array {
	source := rand.New(rand.NewPCG(1, 2))
	codes, days, numbers, texts, valid := make([]uint32, rows), make([]int32, rows), make([]int64, rows), make([]string, rows), make([]byte, (rows+7)/8)
	nulls := rows
	for row := range rows {
		codes[row], days[row], numbers[row], texts[row] = source.Uint32N(rows), source.Int32(), source.Int64(), fmt.Sprint("text ", row)
		if source.IntN(3) > 0 {
			valid[row/8] |= 1 << (row % 8)
			nulls--
		}
	}
	return []arrow.Array{
		table.DictionaryArray(codes, table.Texts(texts), valid, nulls), table.DictionaryArray(codes, table.Texts(texts), nil, 0),
		table.Texts(texts), table.DateArray(days, valid, nulls), table.TimeArray(days, valid, nulls), table.IntegerArray(numbers, nil, 0),
		table.DecimalArray(numbers, valid, nulls), table.LineArray(codes),
	}
}

func TestMovedArraysAreEqualWhileTheyRest(t *testing.T) {
	folder := t.TempDir()
	f := New(0, nameless(folder))
	var all sync.WaitGroup
	for _, a := range arrays() {
		made, err := f.Array(a)
		if err != nil {
			t.Fatal(err)
		}
		if made == a {
			t.Errorf("a column of type %s was not moved", a.DataType())
		}
		if again, err := f.Array(made); err != nil || again != made {
			t.Errorf("a column of type %s was moved twice: %v", a.DataType(), err)
		}
		all.Go(func() {
			for range 3 {
				if !array.Equal(a, made) {
					t.Errorf("a column of type %s has other values", a.DataType())
				}
				f.rest()
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("in the folder stands %v, %v", left, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestColumnsThatShareADictionaryStillDo(t *testing.T) {
	f := New(0, nameless(t.TempDir()))
	texts := arrays()[2].(*array.String)
	first := func(codes []uint32) *byte {
		made, err := f.Array(table.DictionaryArray(codes, texts, nil, 0))
		if err != nil {
			t.Fatal(err)
		}
		return &made.(*array.Dictionary).Dictionary().(*array.String).ValueBytes()[0]
	}
	one, other := first(make([]uint32, rows)), first(make([]uint32, rows))
	if one != other {
		t.Error("the dictionary was stored twice")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestShortColumnsMakeNoFile(t *testing.T) {
	f := New(0, func() (Place, error) { t.Error("a file was made"); return nil, os.ErrInvalid })
	short := &table.Table{Schema: &schemas.Table{}, Rows: 1, Line: table.LineArray([]uint32{2}), Columns: []*table.Column{{}, {Array: table.Texts([]string{"x"})}}}
	if err := f.Table(short); err != nil || short.Columns[0].Array != nil || short.Columns[1].Text(0) != "x" || short.LineOf(0) != 2 {
		t.Errorf("%v, %v", short, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatComesFirstStaysInMemory(t *testing.T) {
	made := 0
	create := nameless(t.TempDir())
	all := arrays()
	days, numbers := all[3], all[5]
	f := New(4*rows+rows/8, func() (Place, error) { made++; return create() }) // room for the days, not for the bits of a second
	if kept, err := f.Array(days); err != nil || kept != days || made > 0 {
		t.Errorf("days that there was room for were moved into %d files: %v", made, err)
	}
	if kept, err := f.Array(numbers); err != nil || kept == numbers || made != 1 {
		t.Errorf("numbers that there was no room for stayed, with %d files: %v", made, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFileThatCannotBeWrittenIsAnError(t *testing.T) {
	name := filepath.Join(t.TempDir(), "full")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := New(0, func() (Place, error) { return os.Open(name) }) // for reading only
	for _, a := range arrays() {
		if _, err := f.Array(a); err == nil {
			t.Errorf("a column of type %s was moved", a.DataType())
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestWithoutAFileColumnsStay(t *testing.T) {
	var f *File
	for _, a := range arrays() {
		if made, err := f.Array(a); err != nil || made != a {
			t.Errorf("%v, %v", made, err)
		}
	}
	f.Forget()
}
