package ingest

import (
	"reflect"
	"testing"
)

func TestEscapesOfWorkbooks(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "plain", "a_x000D_\nb": "a\r\nb", "_x005F_x000D_": "_x000D_", "_xD83D__xDE00_": "\U0001F600", "_xD83D_": "\uFFFD", "_xD83D__x0041_": "\uFFFDA",
		"_x00D_": "_x00D_", "_x00ZZ_": "_x00ZZ_", "_x0041": "_x0041", "__x0041_": "_A", "_x00e9_t_x00E9_": "été", "_x+041_": "_x+041_", "_x": "_x",
	} {
		if got := string(unescaped([]byte(text))); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestEscapesInCells reads an escaped text in every kind of cell.
func TestEscapesInCells(t *testing.T) {
	const cells = `<sheetData><row><c t="inlineStr"><is><t>x</t></is></c><c t="inlineStr"><is><t>y</t></is></c><c t="inlineStr"><is><t>z</t></is></c></row>
<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>_x0042_</t></is></c><c t="str"><v>_x0043_</v></c></row>
<row><c t="s"><v>1</v></c><c t="str"><v>x_x0000_y</v></c></row></sheetData>`
	got, _, err := readBook(t, book{sheets: []string{"S"}, xml: []string{cells}, strings: `<si><t>_x0041_</t></si><si><r><t>_x0041_</t></r><r><t>z</t></r></si>`}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var records [][]string
	for _, r := range got.records {
		records = append(records, r.cells)
	}
	if want := [][]string{{"A", "B", "C"}, {"Az", "x\x00y", ""}}; !reflect.DeepEqual(records, want) {
		t.Errorf("cells %q, want %q", records, want)
	}
}
