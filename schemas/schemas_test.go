package schemas

import "testing"

func TestEveryDeclarationLoads(t *testing.T) {
	for _, name := range Collections() {
		if _, err := Load(name); err != nil {
			t.Errorf("collection %s: %v", name, err)
		}
	}
	entries, err := files.ReadDir("results")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := Result(e.Name()[:len(e.Name())-len(".yaml")]); err != nil {
			t.Errorf("result table %s: %v", e.Name(), err)
		}
	}
}

func TestWorkingDaysSkipWeekendsAndBankHolidays(t *testing.T) {
	calendar, err := LoadCalendar("england")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-03-06", "2026-03-09", 1},  // Friday to Monday
		{"2026-04-02", "2026-04-07", 1},  // Thursday before Easter to Tuesday after
		{"2026-03-07", "2026-03-08", 0},  // Saturday to Sunday
		{"2026-03-09", "2026-03-06", -1}, // backwards
		{"2026-03-02", "2026-03-09", 5},
		{"2022-09-16", "2022-09-20", 1}, // the State Funeral
	} {
		from, err := ParseDay(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := ParseDay(c.to)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.WorkingDays(from, to); got != c.want {
			t.Errorf("working days from %s to %s: got %d, want %d", c.from, c.to, got, c.want)
		}
	}
}

func TestSameDayNextYear(t *testing.T) {
	for from, want := range map[string]string{"2019-04-01": "2020-04-01", "2020-02-29": "2021-02-28", "2019-02-28": "2020-02-28"} {
		d, err := ParseDay(from)
		if err != nil {
			t.Fatal(err)
		}
		if got := Date(SameDayNextYear(d)).Format("2006-01-02"); got != want {
			t.Errorf("same day next year of %s: got %s, want %s", from, got, want)
		}
	}
}
