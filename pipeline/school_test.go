package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdoor/rules"
)

// upn puts the check letter in front of twelve characters.
func upn(t *testing.T, rest string) string {
	for _, letter := range "ABCDEFGHJKLMNPQRTUVWXYZ" {
		if text := string(letter) + rest; rules.ValidUPN(text) {
			return text
		}
	}
	t.Fatal("no check letter")
	return ""
}

// TestSchoolLinks holds every kind of link: by the number of now, by the one before, refused for its birth date, refused
// because two children bear the number, and none for a number that is malformed. Without a purpose there is no table.
func TestSchoolLinks(t *testing.T) {
	config := door(t, "  - {collection: school, path: school}\njoin: {school: true, purpose: attendance of children in need}\n", nil)
	folder := filepath.Dir(config)
	one, two, three, four := upn(t, "801200005001"), upn(t, "839400024001"), upn(t, "801200001001"), upn(t, "801200002001")
	if err := os.Mkdir(filepath.Join(folder, "school"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "in", "children.csv"), "child_id,upn,date_of_birth\nC1,"+strings.ToLower(one)+" ,2012-02-01\nC2,"+two+",2010-01-09\nC3,"+two+
		",2010-02-09\nC4,"+one+",2013-02-01\nC5,A"+two[1:]+",2010-01-09\nC6,"+three+",2011-05-05\nC7,,2011-05-05\n")
	write(t, filepath.Join(folder, "school", "pupils.csv"), "upn,former_upn,date_of_birth,school_urn,entry_date,sessions_possible,sessions_missed\n"+
		one+",,2012-02-01,100001,2016-09-05,190,12\n"+two+",,,100002,,190,\n"+four+","+three+",2011-05-05,100003,2016-09-05,,4\n")
	c, err := ReadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	run := runOf(t, c)
	var got []string
	for row, err := range run.Rows("school_links", true) {
		if err != nil {
			t.Fatal(err)
		}
		line := ""
		for _, name := range []string{"line", "child_id", "upn", "method", "status", "reason", "school_urn", "entry_date", "sessions_possible", "sessions_missed", "pupil_file", "pupil_line"} {
			if v := row.Value(name); v != nil {
				line += fmt.Sprint(v)
			}
			line += ","
		}
		got = append(got, line)
	}
	want := []string{
		"2,C1," + one + ",upn,linked,,100001,2016-09-05,190,12,pupils.csv,2,",
		"3,C2," + two + ",upn,refused,the UPN is that of several children,100002,,190,,pupils.csv,3,",
		"4,C3," + two + ",upn,refused,the UPN is that of several children,100002,,190,,pupils.csv,3,",
		"5,C4," + one + ",upn,refused,the birth dates differ,100001,2016-09-05,190,12,pupils.csv,2,",
		"7,C6," + four + ",former_upn,linked,,100003,2016-09-05,,4,pupils.csv,4,",
	}
	if !slices.Equal(got, want) {
		t.Errorf("links\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if notes := strings.Join(run.Manifest().Notes, "\n"); !strings.Contains(notes, "attendance of children in need. 2 child numbers") {
		t.Errorf("the notes do not tell of the join:\n%s", notes)
	}
	if !strings.Contains(string(run.Manifest().Settings), "attendance of children in need") {
		t.Error("the settings do not hold the purpose")
	}

	c.Join = Join{}
	for _, err := range runOf(t, c).Rows("school_links", true) {
		if err == nil {
			t.Fatal("without a purpose there are links")
		}
	}
}
