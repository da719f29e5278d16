package ingest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"frontdoor/schemas/table"
)

// releaser gives every window back at once.
type releaser struct{ records int }

func (*releaser) Header([]string, int) error { return nil }

func (r *releaser) Batch(t *table.Text) error {
	r.records += t.Records()
	t.Release()
	return nil
}

// contactsText is a contacts extract of rows records, with cells of many lengths.
func contactsText(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id\n")
	concerns := []string{"\"NEGLECT, physical\"", "EMO", "", "DOMESTIC", "CSE"}
	outcomes := []string{"INFORMATION", "NFA", "REFERRAL", ""}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		fmt.Fprintf(&b, "K%d,N%d,2019-%02d-%02d 09:30,%d%c,%s,", i, random.IntN(300_000), random.IntN(12)+1, random.IntN(28)+1,
			random.IntN(9)+1, 'A'+rune(random.IntN(4)), concerns[random.IntN(len(concerns))])
		if random.IntN(2) == 0 {
			fmt.Fprintf(&b, "OCC/%d", random.IntN(1_000_000))
		}
		fmt.Fprintf(&b, ",F%d,Sampleshire,%s,", random.IntN(90_000), outcomes[random.IntN(len(outcomes))])
		if random.IntN(3) == 0 {
			fmt.Fprintf(&b, "R%d", random.IntN(70_000))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func BenchmarkScan(b *testing.B) {
	text := contactsText(200_000)
	plain := bytes.ReplaceAll(text, []byte(`"NEGLECT, physical"`), []byte("NEGLECT physical"))
	for name, text := range map[string][]byte{"quoted": text, "plain": plain} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				sink := &releaser{}
				if _, err := ReadCSV(b.Context(), bytes.NewReader(text), Options{}, sink); err != nil || sink.records != 200_000 {
					b.Fatal(err, sink.records)
				}
			}
		})
	}
}

// BenchmarkDigest sums a plain text up and tells its encoding.
func BenchmarkDigest(b *testing.B) {
	text := contactsText(200_000)
	root, place := written(b, "x.csv", text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Digest(b.Context(), root, place, Undeclared, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadXML(b *testing.B) {
	_, layout := censusLayout()
	child := smallCensus[strings.Index(smallCensus, "    <c:Child>"):strings.Index(smallCensus, "  </c:Children>")]
	child = strings.ReplaceAll(child, "c:", "")
	text := "<Message><Children>\n" + strings.Repeat(child, 5000) + "</Children></Message>"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadXML(context.Background(), strings.NewReader(text), Limits{}, layout, released{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSheet reads a sheet of shared texts and dates.
func BenchmarkSheet(b *testing.B) {
	const rows = 20_000
	var sheet bytes.Buffer
	sheet.WriteString(`<sheetData><row r="1"><c r="A1" t="str"><v>Child ID</v></c><c r="B1" t="str"><v>Contact date</v></c><c r="C1" t="str"><v>Source</v></c></row>`)
	for i := range rows {
		fmt.Fprintf(&sheet, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c></row>`, i+2, i+2, 100_000+i, i+2, 43000+i%1000, i+2, i%2)
	}
	sheet.WriteString("</sheetData>")
	root, place := written(b, "x.xlsx", book{sheets: []string{"S"}, xml: []string{sheet.String()}, styles: dateStyles, strings: "<si><t>Police</t></si><si><t>School</t></si>"}.bytes(b))
	place.Sheet = "S"
	b.SetBytes(int64(sheet.Len()))
	b.ReportAllocs()
	for b.Loop() {
		sink := &releaser{}
		if _, err := Read(b.Context(), root, place, Options{}, sink); err != nil || sink.records != rows {
			b.Fatal(err, sink.records)
		}
	}
}

// released is a sink that only gives windows back.
type released struct{}

func (released) Header(int, []string, int) error { return nil }
func (released) Batch(_ int, text *table.Text) error {
	text.Release()
	return nil
}
