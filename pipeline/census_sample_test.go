package pipeline_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/pipeline"
	"frontdoor/pipeline/publish"
	"frontdoor/rules"
	"frontdoor/scripts/generate/census"
)

var updateCensus = flag.Bool("update-census", false, "write samples/cin-census anew")

const censusSample = "../samples/cin-census/"

// sampleCensus makes a return of 2024-25 in which every rule but 100 fails: of many spoilt children those that break
// a rule which none before them breaks, and a few more.
func sampleCensus(t *testing.T) *census.Node {
	message := census.Return(1, 2025, 8)
	all := message.Kid("Children")
	for i, child := range all.Kids {
		disabled(child, [][]string{{"NONE", "NONE"}, {"NONE", "MOB"}, {"XYZ"}, {"NONE"}, {"AUT"}}[min(i, 4)]...)
		if sex := child.Kid("ChildIdentifiers").Kid("Sex"); i > 4 {
			sex.Text = ""
		}
		if ids := []string{"AB-2", "ABCDEFGHIJKLMNOPQRSTU", "TWICE", "TWICE", ""}; i < len(ids) {
			child.Kid("ChildIdentifiers").Kid("LAchildID").Text = ids[i]
		}
	}
	broken := map[string]bool{}
	for seed := uint64(1); seed < 40; seed++ {
		for _, child := range messy(seed, 2025, 40).Kid("Children").Kids {
			disabled(child, "XYZ")
			alone := census.Return(1, 2025, 0)
			alone.Kid("Children").Kids = []*census.Node{child}
			o := judged(t, alone)
			fresh := false
			for rule := range o.found {
				fresh = fresh || !broken[rule]
				broken[rule] = true
			}
			if fresh {
				all.Kids = append(all.Kids, child)
			}
		}
	}
	for judged(t, message).found["1520"] == nil {
		all.Kids = append(all.Kids, copyOf(all.Kids[len(all.Kids)-1]), copyOf(all.Kids[6]))
		all.Kids[len(all.Kids)-1].Kid("ChildIdentifiers").Kid("LAchildID").Text = "COPY"
		disabled(all.Kids[len(all.Kids)-1], "AUT")
	}
	for judged(t, message).found["2883"] == nil {
		episode := all.Kids[len(all.Kids)-1].Kid("CINdetails")
		episode.Kids = append(episode.Kids, &census.Node{Name: "ChildProtectionPlans", Kids: []*census.Node{{Name: "CPPstartDate", Text: "2024-05-01"}}})
	}
	return message
}

// contactsOf makes contacts about the children of a return, each two days before a referral.
func contactsOf(message *census.Node) string {
	text := "contact_id,child_id,contact_date,source\n"
	n := 0
	for _, child := range message.Kid("Children").Kids {
		id := child.Kid("ChildIdentifiers").Kid("LAchildID")
		for _, e := range child.Kids {
			referral, source := e.Kid("CINreferralDate"), e.Kid("ReferralSource")
			if e.Name != "CINdetails" || id == nil || id.Text == "" || referral == nil || source == nil {
				continue
			}
			if date, err := time.Parse(time.DateOnly, referral.Text); err == nil {
				n++
				text += fmt.Sprintf("K%d,%s,%s,%s\n", n, id.Text, date.AddDate(0, 0, -2).Format(time.DateOnly), source.Text)
			}
		}
	}
	return text
}

// disabled gives a child these disabilities and no others.
func disabled(child *census.Node, codes ...string) {
	characteristics := child.Kid("ChildCharacteristics")
	characteristics.Kids = slices.DeleteFunc(characteristics.Kids, func(n *census.Node) bool { return n.Name == "Disabilities" })
	all := &census.Node{Name: "Disabilities"}
	for _, code := range codes {
		all.Kids = append(all.Kids, &census.Node{Name: "Disability", Text: code})
	}
	characteristics.Kids = append(characteristics.Kids, all)
}

func judged(t *testing.T, message *census.Node) *oracle {
	var text bytes.Buffer
	if err := message.WriteXML(&text); err != nil {
		t.Fatal(err)
	}
	o := readOracle(text.String())
	o.judge()
	return o
}

// The sample of a census in which every rule fails has the findings that stand beside it, each in its line.
func TestCensusSampleHasTheFindingsThatWerePlanted(t *testing.T) {
	catalogue, err := rules.Load("cin_census")
	if err != nil {
		t.Fatal(err)
	}
	missing := func(found []string) []string {
		var codes []string
		for _, r := range catalogue.In("2024-25").Rules {
			if r.Code != "100" && !slices.ContainsFunc(found, func(i string) bool { return strings.HasPrefix(i, r.Code+" | ") }) {
				codes = append(codes, r.Code)
			}
		}
		return codes
	}
	if *updateCensus {
		message := sampleCensus(t)
		var text bytes.Buffer
		if err := message.WriteXML(&text); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string]string{"return.xml": text.String(), "expected.txt": strings.Join(judged(t, message).issues(false), "\n") + "\n", "contacts.csv": contactsOf(message)} {
			if err := os.WriteFile(censusSample+name, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	expected, err := os.ReadFile(censusSample + "expected.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := issues(ofRules(check(t, censusSample+"return.xml", pipeline.CheckOptions{})), false)
	if text := strings.Join(got, "\n") + "\n"; text != string(expected) {
		t.Errorf("findings differ from expected.txt:\n%s", text)
	}
	if lacks := missing(got); len(lacks) > 0 {
		t.Error(fmt.Sprint("never broken: ", lacks))
	}
}

// The sample return stands in for the tables that the sample's front door lacks, and every count of the run holds.
func TestCensusSampleStandsInForAFrontDoor(t *testing.T) {
	config, err := pipeline.ReadConfig("../samples/cin-census.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	summary, err := pipeline.Run(context.Background(), config, pipeline.Options{Store: folder})
	if err != nil {
		t.Fatal(err)
	}
	store, err := publish.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close() //nolint:errcheck // only read
	run, err := store.Run(summary.RunID)
	if err != nil {
		t.Fatal(err)
	}
	m := run.Manifest()
	for table, list := range map[string]string{"children": "ChildIdentifiers", "referrals": "CINdetails", "cin_episodes": "CINdetails"} {
		if !slices.Equal(m.Feeds[table], []string{"cin_census/" + list}) {
			t.Errorf("%s come from %v", table, m.Feeds[table])
		}
	}
	if m.Counts["referrals_linked"] == 0 || m.Counts["rules_broken"] > 0 || m.ExitCode != pipeline.ExitPublished {
		t.Errorf("counts %v, exit code %d", m.Counts, m.ExitCode)
	}
	problems, err := publish.Verify(run)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}
