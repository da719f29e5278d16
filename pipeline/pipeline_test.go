package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdoor/pipeline/publish"
	"frontdoor/rules"
)

// door writes a small front door and its configuration into a new folder and returns the configuration's path.
// A file is replaced by the text given for its name, and left out when the text is "-".
func door(t *testing.T, extra string, replace map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	files := map[string]string{
		"children.csv":     "child_id,upn,nhs_number,forename,surname,date_of_birth,expected_date_of_birth,sex,ethnicity,postcode,source_system,legacy_child_id\nC1,,,Ada,Example,2010-05-01,,F,WBRI,,A,\nC2,,,Ben,Example,2012-06-01,,M,WBRI,,A,\n",
		"contacts.csv":     "contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id\nK1,C1,2019-05-01,6,DA,,,A,NEW_REFERRAL,\nK2,C1,2019-05-02,2A,DA,,,A,NFA,\nK3,C2,2019-05-07,6,NEG,,,A,NFA,\n",
		"referrals.csv":    "referral_id,child_id,referral_date,source,nfa,source_system\nR1,C1,2019-05-02,6,0,A\n",
		"cin_episodes.csv": "episode_id,child_id,start_date,end_date,closure_reason,source_system\nE1,C1,2019-05-03,,,A\n",
	}
	for name, text := range replace {
		files[name] = text
	}
	if err := os.Mkdir(filepath.Join(folder, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if text != "-" {
			write(t, filepath.Join(folder, "in", name), text)
		}
	}
	write(t, filepath.Join(folder, "store.key"), strings.Repeat("0123456789abcdef", 4)+"\n")
	config := filepath.Join(folder, "frontdoor.yaml")
	write(t, config, "authority: \"839\"\nas_at: 2019-12-31\nstore: store\npseudonym_key_file: store.key\nextracts:\n  - {collection: front_door, path: in}\n"+extra)
	return config
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustRun(t *testing.T, path string, o Options) *Summary {
	t.Helper()
	config, err := ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := Run(context.Background(), config, o)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// contents returns every file below a folder, but the journals and the lock.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == publish.JournalFile || entry.Name() == "lock" {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		found[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheSameRunIsTheSameBytesWhateverTheMachine(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	mustRun(t, "../samples/front-door.yaml", Options{Store: filepath.Join(one, "store"), Workers: 1})
	// Another folder, time zone, language and number of workers.
	t.Setenv("TZ", "Pacific/Auckland")
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	local := time.Local
	time.Local = time.FixedZone("elsewhere", 13*3600)
	t.Cleanup(func() { time.Local = local })
	if err := os.CopyFS(filepath.Join(two, "elsewhere"), os.DirFS("../samples")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, filepath.Join(two, "elsewhere", "front-door.yaml"), Options{Store: filepath.Join(two, "store"), Workers: 7})
	a, b := contents(t, filepath.Join(one, "store")), contents(t, filepath.Join(two, "store"))
	if len(a) != len(b) {
		t.Errorf("%d files and %d files", len(a), len(b))
	}
	for name, text := range a {
		if b[name] != text {
			t.Errorf("%s differs", name)
		}
	}
}

func TestARepeatDoesNothingAndSaysSo(t *testing.T) {
	config := door(t, "", nil)
	first := mustRun(t, config, Options{})
	if first.Repeated {
		t.Error("the first run says that it is a repeat")
	}
	before := contents(t, filepath.Dir(config))
	second := mustRun(t, config, Options{})
	if !second.Repeated || second.RunID != first.RunID || second.Code != first.Code || second.Headline != first.Headline {
		t.Errorf("got %+v, want a repeat of %+v", second, first)
	}
	after := contents(t, filepath.Dir(config))
	if len(before) != len(after) {
		t.Errorf("%d files before and %d after", len(before), len(after))
	}
}

func TestARunThatIsThereBecomesCurrentAgain(t *testing.T) {
	config := door(t, "", nil)
	first := mustRun(t, config, Options{})
	store := filepath.Join(filepath.Dir(config), "store")
	write(t, filepath.Join(filepath.Dir(config), "in", "referrals.csv"), "referral_id,child_id,referral_date,source,nfa,source_system\n")
	second := mustRun(t, config, Options{})
	if second.RunID == first.RunID || second.Repeated {
		t.Fatalf("another delivery is the same run: %+v", second)
	}
	if current := openRun(t, store); current.ID != second.RunID {
		t.Errorf("current is %s, want %s", current.ID, second.RunID)
	}
	third := mustRun(t, config, Options{})
	if !third.Repeated || third.RunID != second.RunID {
		t.Errorf("got %+v, want a repeat of %s", third, second.RunID)
	}
}

func TestPersonsKeepTheirIdsFromRunToRun(t *testing.T) {
	children := "child_id,upn,nhs_number,date_of_birth\nC2,,9990000018,2010-05-01\nC9,,,2010-05-01\n"
	config := door(t, "", map[string]string{"children.csv": children})
	mustRun(t, config, Options{})
	write(t, filepath.Join(filepath.Dir(config), "in", "children.csv"), "child_id,upn,nhs_number,date_of_birth\nC2,,9990000018,2010-05-01\nC9,,9990000018,2010-05-01\nC0,,9990000018,2010-05-01\n")
	mustRun(t, config, Options{})
	run := openRun(t, filepath.Join(filepath.Dir(config), "store"))
	ledger, events, err := run.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range ledger {
		got[row.ChildID] = row.PersonID
	}
	// C0 is smaller, but the person was named C2 when it was first seen.
	if got["C2"] != "C2" || got["C9"] != "C2" || got["C0"] != "C2" {
		t.Errorf("ledger: %v", got)
	}
	if len(events) != 1 || events[0].Kind != "merge" || events[0].PersonID != "C2" || events[0].OtherPersonID != "C9" || events[0].Evidence == "" {
		t.Errorf("events: %+v", events)
	}
	// The numbers turn out to be another child's: the person is divided again.
	write(t, filepath.Join(filepath.Dir(config), "in", "children.csv"), "child_id,upn,nhs_number,date_of_birth\nC2,,9990000018,2010-05-01\nC9,,9990000026,2011-05-01\nC0,,9990000018,2010-05-01\n")
	mustRun(t, config, Options{})
	ledger, events, err = openRun(t, filepath.Join(filepath.Dir(config), "store")).Ledger()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range ledger {
		got[row.ChildID] = row.PersonID
	}
	if got["C9"] != "C9" || got["C0"] != "C2" || len(events) != 1 || events[0].Kind != "split" {
		t.Errorf("ledger: %v, events: %+v", got, events)
	}
}

func TestAFailingGatePublishesNothing(t *testing.T) {
	config := door(t, "", nil)
	good := mustRun(t, config, Options{})
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, config, string(text)+"gates: {max_error_rate: 0.2}\n")
	write(t, filepath.Join(filepath.Dir(config), "in", "contacts.csv"), "contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id\nK1,C7,2019-05-01,6,DA,,,A,NFA,\n")
	bad := mustRun(t, config, Options{})
	if bad.Code != ExitGate || len(bad.Gates) == 0 {
		t.Errorf("got %+v, want a failing gate", bad)
	}
	store := filepath.Join(filepath.Dir(config), "store")
	if run := openRun(t, store); run.ID != good.RunID {
		t.Errorf("current is %s, want the last good run %s", run.ID, good.RunID)
	}
	noDebris(t, store, 1)
}

func noDebris(t *testing.T, store string, runs int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(store, "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if len(entries) != runs {
		t.Errorf("%d folders under runs, want %d", len(entries), runs)
	}
}

func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	config, err := ReadConfig("../samples/front-door.yaml")
	if err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(t.TempDir(), "store")
	for _, after := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		summary, err := Run(ctx, config, Options{Store: store})
		cancel()
		if err == nil {
			t.Logf("finished within %s: %s", after, summary.RunID)
			return
		}
		if ExitCode(err) != ExitInterrupted {
			t.Errorf("after %s: exit code %d: %v", after, ExitCode(err), err)
		}
		noDebris(t, store, 0)
	}
}

func TestWhatAMissingTableCosts(t *testing.T) {
	for name, c := range map[string]struct {
		leave   []string
		code    int
		missing []string // measures that must not be available
		note    string
	}{
		"contacts alone":         {[]string{"children.csv", "referrals.csv", "cin_episodes.csv"}, 0, []string{"conversion_unique", "referrals", "conversion_grid"}, "referrals was not delivered"},
		"contacts and referrals": {[]string{"children.csv", "cin_episodes.csv"}, 0, nil, "cin_episodes was not delivered"},
		"no contacts":            {[]string{"contacts.csv"}, 0, []string{"contacts", "conversion_unique"}, "contacts was not delivered"},
	} {
		t.Run(name, func(t *testing.T) {
			replace := map[string]string{}
			for _, file := range c.leave {
				replace[file] = "-"
			}
			config := door(t, "", replace)
			summary := mustRun(t, config, Options{})
			if summary.Code != c.code || !strings.Contains(strings.Join(summary.Notes, "\n"), c.note) {
				t.Errorf("code %d, notes %v", summary.Code, summary.Notes)
			}
			run := openRun(t, filepath.Join(filepath.Dir(config), "store"))
			status := map[string]string{}
			for row, err := range run.Rows("measures", false) {
				if err != nil {
					t.Fatal(err)
				}
				if text(row, "breakdown") == "" || text(row, "measure") == "conversion_grid" {
					status[text(row, "measure")] = text(row, "status")
				}
			}
			for _, id := range c.missing {
				if !strings.HasPrefix(status[id], "not available: ") {
					t.Errorf("%s is %q", id, status[id])
				}
			}
			if problems, err := publish.Verify(run); err != nil || len(problems) > 0 {
				t.Errorf("verify: %v %v", problems, err)
			}
		})
	}
}

func TestTheSampleKeyIsRefusedForAnybodyElse(t *testing.T) {
	path := door(t, "", nil)
	key, err := os.ReadFile("../samples/front-door.key")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filepath.Dir(path), "store.key"), string(key))
	config, err := ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), config, Options{}); !errors.Is(err, ErrConfig) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestConfigurationMistakesAreNamedWithTheirPlace(t *testing.T) {
	for extra, want := range map[string]string{
		"gatez: {max_error_rate: 1}\n":               "[7:1]",
		"gates: {max_error_rate: 2}\n":               "max_error_rate",
		"contacts: {same_incident_days: 8}\n":        "same_incident_days",
		"contacts: {repeat_windows: [\"7d\"]}\n":     "repeat_windows",
		"period: {from: 2019-09-30, to: 2019-04-01}": "to",
		"period: {from: 2019-13-01, to: 2019-04-01}": "date",
	} {
		_, err := ReadConfig(door(t, extra, nil))
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to name %s", extra, err, want)
		}
	}
	path := door(t, "", nil)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{`"839"`: `839`, `"839" `: `"000"`, `front_door`: `back_door`, `path: in}`: `path: in, control: {nobody: 3}}`} {
		write(t, path, strings.Replace(string(text), strings.TrimSpace(from), to, 1))
		if _, err := ReadConfig(path); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got %v", to, err)
		}
	}
}

func TestControlTotalsAreCompared(t *testing.T) {
	path := door(t, "", nil)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, strings.Replace(string(text), "path: in}", "path: in, control: {contacts: 4, referrals: 1}}", 1))
	mustRun(t, path, Options{})
	var found []string
	for row, err := range openRun(t, filepath.Join(filepath.Dir(path), "store")).Rows("findings", false) {
		if err != nil {
			t.Fatal(err)
		}
		if finding := publish.Finding(row); finding.Rule == ruleControlTotal {
			found = append(found, finding.Table)
		}
	}
	if len(found) != 1 || found[0] != "contacts" {
		t.Errorf("control totals that differ: %v, want contacts", found)
	}
}

func TestCheckSkipsByNameWhatTheAsAtDateIsNeededFor(t *testing.T) {
	checked, err := Check(context.Background(), CheckOptions{Collection: "front_door", Paths: []string{"../samples/front-door"}})
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	for _, o := range checked.Outcomes {
		if o.Status == rules.Skipped {
			skipped++
			if !strings.Contains(o.Reason, "as") {
				t.Errorf("%s is skipped: %q", o.Rule, o.Reason)
			}
		}
	}
	if skipped == 0 || checked.Code != ExitPublished {
		t.Errorf("%d rules skipped, code %d", skipped, checked.Code)
	}
}
