package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// returnOf writes a return of the census year that ends in a year. An episode is written child, referral, closure, flag.
func returnOf(t *testing.T, path string, year int, episodes ...string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "<Message><Header><CollectionDetails><Year>%d</Year><ReferenceDate>%d-03-31</ReferenceDate></CollectionDetails><Source><LEA>839</LEA></Source></Header><Children>\n", year, year)
	for _, e := range episodes {
		f := strings.Split(e, " ")
		closure := ""
		if f[2] != "-" {
			closure = "<CINclosureDate>" + f[2] + "</CINclosureDate>"
		}
		fmt.Fprintf(&b, "<Child><ChildIdentifiers><LAchildID>%s</LAchildID></ChildIdentifiers><ChildCharacteristics/><CINdetails><CINreferralDate>%s</CINreferralDate>%s<ReferralNFA>%s</ReferralNFA></CINdetails></Child>\n", f[0], f[1], closure, f[3])
	}
	write(t, path, b.String()+"</Children></Message>")
}

// fedRows returns the rows of a stored table of the front door, with originals, as file and some columns.
func fedRows(t *testing.T, run *publish.Run, table string, columns ...string) []string {
	t.Helper()
	var all []string
	for row, err := range run.Rows("front_door."+table, true) {
		if err != nil {
			t.Fatal(err)
		}
		line := text(row, "file")
		for _, c := range columns {
			line += " " + fmt.Sprint(row.Value(c))
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// censusDoor configures a front door with contacts and children, and returns as extracts.
func censusDoor(t *testing.T, extracts string) (folder string, run func() (*publish.Run, error)) {
	config := door(t, extracts, map[string]string{"referrals.csv": "-", "cin_episodes.csv": "-"})
	return filepath.Dir(config), func() (*publish.Run, error) {
		c, err := ReadConfig(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Run(context.Background(), c, Options{}); err != nil {
			return nil, err
		}
		store, err := publish.Open(filepath.Join(filepath.Dir(config), "store"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		id, err := store.Current()
		if err != nil {
			t.Fatal(err)
		}
		return store.Run(id)
	}
}

func TestOfSeveralReturnsTheLatestThatCoversAnEpisodeSpeaks(t *testing.T) {
	folder, run := censusDoor(t, "  - {collection: cin_census, path: r2024.xml}\n  - {collection: cin_census, path: r2023.xml}\n")
	returnOf(t, filepath.Join(folder, "r2023.xml"), 2023,
		"A 2022-05-01 2022-06-01 0", // closed within its year: the later return ought not to have it
		"B 2022-05-01 - 0",          // closed in the next year
		"C 2022-05-01 - 1",          // no further action: it is over on its day
		"D 2022-05-01 - 0",          // open, and gone from the later return
		"E 2022-05-01 2023-04-02 0", // closed in the next year, and gone from its return
		"F 2022-05-01 2023-03-31 0") // closed on the last day
	returnOf(t, filepath.Join(folder, "r2024.xml"), 2024, "B 2022-05-01 2023-07-01 0", "G 2023-05-01 - 0")
	r, err := run()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"r2023.xml A 2022-05-01", "r2023.xml C 2022-05-01", "r2023.xml F 2022-05-01", "r2024.xml B 2022-05-01", "r2024.xml G 2023-05-01"}
	if got := fedRows(t, r, "referrals", "child_id", "referral_date"); !slices.Equal(got, want) {
		t.Errorf("referrals %q, want %q", got, want)
	}
	want = []string{"r2023.xml A 2022-06-01", "r2023.xml F 2023-03-31", "r2024.xml B 2023-07-01", "r2024.xml G <nil>"}
	if got := fedRows(t, r, "cin_episodes", "child_id", "end_date"); !slices.Equal(got, want) {
		t.Errorf("episodes %q, want %q", got, want)
	}
	m := r.Manifest()
	if !slices.Equal(m.Feeds["referrals"], []string{"cin_census/CINdetails"}) || m.Feeds["children"] != nil {
		t.Errorf("feeds %v", m.Feeds)
	}
	notes := strings.Join(m.Notes, "\n")
	for _, note := range []string{
		"speaks for 3 of 8 records, 2 of which it no longer has", "1 of 5 records are left out: ReferralNFA is 1 or true",
		"r2023.xml is judged by the rules of 2022-23", "r2024.xml is judged by the rules of 2023-24", "children were delivered as children of front_door",
	} {
		if !strings.Contains(notes, note) {
			t.Errorf("no note that says %q in\n%s", note, notes)
		}
	}
	if strings.Contains(notes, "was not delivered") {
		t.Errorf("a table that the census stands in for is called missing:\n%s", notes)
	}
	if years := inputYears(m); years["r2023.xml"] != "2022-23" || years["r2024.xml"] != "2023-24" || years["contacts.csv"] != "" {
		t.Errorf("years %v", years)
	}
	problems, err := publish.Invariants(r)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	outcomes := map[string]string{}
	ids := map[string]bool{}
	for row, err := range r.Rows("outcomes", false) {
		if err != nil {
			t.Fatal(err)
		}
		outcomes[text(row, "rule")] = text(row, "status") + " " + text(row, "reason")
	}
	for row, err := range r.Rows("findings", false) {
		if err != nil {
			t.Fatal(err)
		}
		id := text(row, "id")
		if ids[id] {
			t.Errorf("two findings have the id of one of %s", text(row, "rule"))
		}
		ids[id] = true
		explained, err := ExplainFinding(r, id, false)
		if err != nil {
			t.Fatalf("%s: %v", text(row, "rule"), err)
		}
		// The same rule is about gender in one year and about sex in a later one: each return by its own.
		if explained.Rule.Code == "4180" && !strings.Contains(explained.Rule.Title, "Gender") {
			t.Errorf("rule 4180 of 2022-23 and 2023-24 is explained as %q", explained.Rule.Title)
		}
	}
	if !strings.HasPrefix(outcomes["FD-023"], "skipped column contacts.referral_id names records that come from a list without their numbers") {
		t.Errorf("FD-023: %s", outcomes["FD-023"])
	}
}

func inputYears(m *publish.Manifest) map[string]string {
	years := map[string]string{}
	for _, in := range m.Inputs {
		years[in.File] = in.Year
	}
	return years
}

func TestTwoReturnsOfOneYearNeedToBeToldApart(t *testing.T) {
	folder, run := censusDoor(t, "  - {collection: cin_census, path: first.xml}\n  - {collection: cin_census, path: second.xml}\n")
	returnOf(t, filepath.Join(folder, "first.xml"), 2024, "A 2023-05-01 - 0", "B 2023-05-01 - 1")
	returnOf(t, filepath.Join(folder, "second.xml"), 2024, "A 2023-05-01 2023-06-01 0")
	if _, err := run(); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "delivered") {
		t.Fatalf("error %v", err)
	}
	folder, run = censusDoor(t, "  - {collection: cin_census, path: first.xml, delivered: 2024-06-01}\n  - {collection: cin_census, path: second.xml, delivered: 2024-05-01}\n")
	returnOf(t, filepath.Join(folder, "first.xml"), 2024, "A 2023-05-01 - 0", "B 2023-05-01 - 1")
	returnOf(t, filepath.Join(folder, "second.xml"), 2024, "A 2023-05-01 2023-06-01 0", "C 2023-05-02 - 1")
	r, err := run()
	if err != nil {
		t.Fatal(err)
	}
	if got := fedRows(t, r, "referrals", "child_id"); !slices.Equal(got, []string{"first.xml A", "first.xml B"}) {
		t.Errorf("referrals %q", got)
	}
}

// A return of a year before all rules still feeds; one that cannot be read, or says nothing of itself, costs itself.
func TestReturnsThatCannotBeJudged(t *testing.T) {
	folder, run := censusDoor(t, "  - {collection: cin_census, path: census}\n")
	census := filepath.Join(folder, "census")
	mustMkdir(t, census)
	returnOf(t, filepath.Join(census, "old.xml"), 2019, "A 2018-05-01 2018-06-01 0")
	returnOf(t, filepath.Join(census, "new.xml"), 2025, "B 2024-05-01 - 0")
	write(t, filepath.Join(census, "broken.xml"), "<SSDA903/>")
	r, err := run()
	if err != nil {
		t.Fatal(err)
	}
	if got := fedRows(t, r, "referrals", "child_id"); !slices.Equal(got, []string{"new.xml B", "old.xml A"}) {
		t.Errorf("referrals %q", got)
	}
	notes := strings.Join(r.Manifest().Notes, "\n")
	for _, note := range []string{"old.xml is of 2018-19, for which there are no rules of cin_census: it was not judged", "broken.xml could not be read"} {
		if !strings.Contains(notes, note) {
			t.Errorf("no note that says %q in\n%s", note, notes)
		}
	}
	if r.Manifest().ExitCode != ExitUnreadable {
		t.Errorf("exit code %d", r.Manifest().ExitCode)
	}
}

func mustMkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

// drawnEpisode is an episode of a drawn return; to is blank while it is open.
type drawnEpisode struct{ child, from, to, flag string }

// Of random returns, in any order, the episodes that feed are those that the rule in words leaves.
func TestFeedingReturnsAgreesWithTheRuleInWords(t *testing.T) {
	c, err := openCatalogue([]string{frontDoor, "cin_census"}, "", "", false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	folder := t.TempDir()
	days := []string{"2022-03-31", "2022-04-01", "2022-09-01", "2023-03-31", "2023-04-01", "2023-09-01", "2024-03-31", "2024-04-01", "2024-09-01", "2025-03-31"}
	rapid.Check(t, func(rt *rapid.T) {
		years := rapid.SliceOfNDistinct(rapid.IntRange(2023, 2025), 2, 3, func(y int) int { return y }).Draw(rt, "years")
		episodes := map[int][]drawnEpisode{}
		d := &delivery{collection: c.collections["cin_census"]}
		defer d.close()
		for _, year := range years {
			var written []string
			for range rapid.IntRange(0, 5).Draw(rt, "episodes") {
				e := drawnEpisode{rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "child"), rapid.SampledFrom(days).Draw(rt, "from"), "", rapid.SampledFrom([]string{"0", "1", "TRUE", ""}).Draw(rt, "flag")}
				if rapid.Bool().Draw(rt, "closed") {
					e.to = max(e.from, rapid.SampledFrom(days).Draw(rt, "to"))
				}
				episodes[year] = append(episodes[year], e)
				written = append(written, strings.Join([]string{e.child, e.from, cmp.Or(e.to, "-"), e.flag}, " "))
			}
			file := filepath.Join(folder, fmt.Sprintf("%d.xml", year))
			returnOf(t, file, year, written...)
			if err := d.find(context.Background(), file, reading{}, func(name, _ string) string { return name }); err != nil {
				rt.Fatal(err)
			}
		}
		if err := d.digest(context.Background(), 1); err != nil {
			rt.Fatal(err)
		}
		var parts []*read
		for _, own := range d.returns() {
			part, err := (&reader{structure: c.structure, id: rules.NewIdentifier(nil), log: zap.NewNop()}).read(context.Background(), own)
			if err == nil {
				_, err = c.holdReturn(part, "")
			}
			if err != nil {
				rt.Fatal(err)
			}
			parts = append(parts, part)
		}
		joined, err := join(parts, c.collections[frontDoor])
		if err != nil {
			rt.Fatal(err)
		}
		var got, want []string
		for name, t := range joined.tables {
			for row := range t.Rows {
				if name != "children" {
					got = append(got, name+" "+t.FileOf(row)+" "+t.Column("child_id").Text(row)+" "+t.Columns[2].Text(row))
				}
			}
		}
		for year, all := range episodes {
			for _, e := range all {
				until := cmp.Or(e.to, fmt.Sprintf("%d-04-01", year))
				noAction := e.flag == "1" || e.flag == "TRUE"
				if noAction && e.to == "" {
					until = e.from
				}
				until = max(until, e.from)
				spoken := false
				for _, later := range years {
					same := slices.ContainsFunc(episodes[later], func(o drawnEpisode) bool { return o.child == e.child && o.from == e.from })
					ought := e.from <= fmt.Sprintf("%d-03-31", later) && until >= fmt.Sprintf("%d-04-01", later-1)
					spoken = spoken || later > year && (same || ought)
				}
				if line := fmt.Sprintf(" %d.xml %s %s", year, e.child, e.from); !spoken {
					want = append(want, "referrals"+line)
					if !noAction {
						want = append(want, "cin_episodes"+line)
					}
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("got %q, want %q of %v", got, want, episodes)
		}
	})
}
