package conform_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// delivery is one file: its name as given and its text.
type delivery struct{ name, text string }

// sink joins the reader with the builder, as the pipeline does.
type sink struct {
	*conform.Builder
	file  string
	begun bool
}

func (s *sink) Header(columns []string, line int) error {
	if s.begun {
		return s.Section(columns, line)
	}
	s.begun = true
	return s.Begin(s.file, columns, line)
}

func (s *sink) Batch(text *table.Text) error { return s.Add(text) }

// read walks files of a table through both stages.
func read(ctx context.Context, c *schemas.Collection, name string, keys *conform.Keys, options conform.Options, limits ingest.Limits, files ...delivery) (*conform.Result, error) {
	b, err := conform.NewBuilder(ctx, c, c.Table(name), keys, options)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for _, f := range files {
		if err := readFile(ctx, b, f.name, bytes.NewReader([]byte(f.text)), limits); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

func readFile(ctx context.Context, b *conform.Builder, name string, r io.Reader, limits ingest.Limits) error {
	if _, err := ingest.ReadCSV(ctx, r, ingest.Options{Limits: limits}, &sink{Builder: b, file: name}); err != nil {
		return err
	}
	return b.End()
}

func frontDoor(t testing.TB) *schemas.Collection {
	t.Helper()
	c, err := schemas.Load("front_door")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contactsText is a contacts extract of rows records.
func contactsText(rows int) string {
	var b bytes.Buffer
	b.WriteString("contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id\n")
	concerns := []string{`"NEGLECT, physical"`, "EMO", "DA", "CSE"}
	for i := range rows {
		fmt.Fprintf(&b, "K%07d,N%06d,2019-%02d-%02d %02d:30,%d%c,%s,OCC/%d,F%06d,Sampleshire,INFORMATION,", i, i*7919%300000,
			i%12+1, i%28+1, i%24, i%9+1, 'A'+rune(i%3), concerns[i*31%4], i, i*17%90000)
		if i%3 == 0 {
			fmt.Fprintf(&b, "R%06d", i*13%70000)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func BenchmarkWalk(b *testing.B) {
	const rows = 1_000_000
	text := contactsText(rows)
	c := frontDoor(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := read(b.Context(), c, "contacts", conform.NewKeys(c), conform.Options{}, ingest.Limits{}, delivery{"contacts.csv", text})
		if err != nil || r.Table.Rows != rows {
			b.Fatal(err)
		}
	}
}
