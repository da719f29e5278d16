package conform_test

import (
	"strings"
	"testing"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
)

// delivered is a file of one of several deliveries.
type delivered struct {
	name, text string
	on         string // and the days that it covers
	from, to   string
}

func readDeliveries(t *testing.T, table string, files ...delivered) *conform.Result {
	t.Helper()
	c := frontDoor(t)
	b, err := conform.NewBuilder(t.Context(), c, c.Table(table), conform.NewKeys(c), conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	day := func(text string) schemas.Day {
		d, err := schemas.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, f := range files {
		if err := b.Declare(conform.Options{Delivery: &conform.Delivery{Delivered: day(f.on), From: day(f.from), To: day(f.to)}}); err != nil {
			t.Fatal(err)
		}
		if err := readFile(t.Context(), b, f.name, strings.NewReader(f.text), ingest.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	checkCounts(t, r)
	return r
}

func TestForAnyDayTheLatestDeliveryThatCoversItSpeaks(t *testing.T) {
	const header = "contact_id,child_id,contact_date\n"
	r := readDeliveries(t, "contacts",
		delivered{"april.csv", header + "K1,C1,2019-04-01\nK2,C1,2019-04-30\nK3,C1,2019-05-01\n", "2019-05-02", "2019-04-01", "2019-05-01"},
		delivered{"may.csv", header + "K2,C1,2019-04-30\nK4,C1,2019-05-01\nK5,C1,soon\n", "2019-06-01", "2019-04-30", "2019-05-31"},
		delivered{"old.csv", header + "K0,C1,2019-03-31\nK1,C1,2019-04-01\n", "2019-04-02", "2019-03-01", "2019-04-01"})
	wantEqual(t, "contacts", texts(r.Table.Column("contact_id"), r.Table.Rows), []string{"K1", "K2", "K4", "K0"})
	wantEqual(t, "files", []string{r.Table.FileOf(0), r.Table.FileOf(1), r.Table.FileOf(3)}, []string{"april.csv", "may.csv", "old.csv"})
	wantEqual(t, "superseded and withdrawn", [][2]int{
		{r.Files[0].Superseded, r.Files[0].Withdrawn}, {r.Files[1].Superseded, r.Files[1].Withdrawn}, {r.Files[2].Superseded, r.Files[2].Withdrawn},
	}, [][2]int{{2, 1}, {0, 0}, {1, 0}})
	if got := found(r, conform.RuleSuperseded); len(got) != 2 {
		t.Errorf("findings %q", got)
	}
}

func TestOfRecordsWithoutADayTheLatestSpeaks(t *testing.T) {
	r := readDeliveries(t, "children",
		delivered{"new.csv", "child_id,surname\nC1,New\n", "2019-06-01", "2019-01-01", "2019-05-31"},
		delivered{"old.csv", "child_id,surname\nC1,Old\nC2,Old\n", "2019-05-01", "2019-01-01", "2019-04-30"})
	wantEqual(t, "surnames", texts(r.Table.Column("surname"), r.Table.Rows), []string{"New", "Old"})
	wantEqual(t, "children", texts(r.Table.Column("child_id"), r.Table.Rows), []string{"C1", "C2"})
}
