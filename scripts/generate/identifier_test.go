package main

import "testing"

func TestUPNCheckLetter(t *testing.T) {
	for _, valid := range []string{
		"B801200005001", "Q839400024001", "N837200019017", "W836201516123", "X37010000124A", "Y83940002500Z", "P207000016049",
	} {
		if got := upnCheckLetter(valid[1:]); got != valid[0] {
			t.Errorf("%s: check letter %c", valid, got)
		}
	}
	for _, invalid := range []string{"A801200005001", "Q207000016049"} {
		if got := upnCheckLetter(invalid[1:]); got == invalid[0] {
			t.Errorf("%s taken as valid", invalid)
		}
	}
}

func TestNHSCheckDigit(t *testing.T) {
	for _, valid := range []string{"9434765919", "6541003238", "4146515092", "9990000018", "9990000026"} {
		if got, ok := nhsCheckDigit(valid[:9]); !ok || got != valid[9] {
			t.Errorf("%s: check digit %c, %v", valid, got, ok)
		}
	}
	if got, ok := nhsCheckDigit("943476591"); !ok || got == '8' {
		t.Error("9434765918 taken as valid")
	}
	for _, stem := range []string{"999000000", "999000014", "999000028"} {
		if _, ok := nhsCheckDigit(stem); ok {
			t.Errorf("%s has no check digit", stem)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	thursday, tuesday := date(2019, 4, 18), date(2019, 4, 23) // Easter lies between
	if got := workingDaysAfter(thursday, 1); got != tuesday {
		t.Errorf("one working day after %s is %s", thursday.text(), got.text())
	}
	if got := workingDaysBetween(thursday, tuesday); got != 1 {
		t.Errorf("%d working days over Easter, want 1", got)
	}
	if saturday := date(2019, 4, 27); saturday.working() || !tuesday.working() {
		t.Error("a Saturday works, or a Tuesday does not")
	}
}
