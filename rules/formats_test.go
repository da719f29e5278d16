package rules

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFormatsAgreeWithTheirVectors(t *testing.T) {
	for _, f := range []struct {
		name           string
		check          func(string) bool
		valid, invalid []string
	}{
		{"upn", ValidUPN,
			[]string{"B801200005001", "Q839400024001", "N837200019017", "W836201516123", "X37010000124A", "Y83940002500Z", "P207000016049"},
			[]string{"A801200005001", "Q207000016049", "", "B80120000500", "B8012000050011", "I801200005001", "X37010000124S", "b801200005001", "B80120000500é"}},
		{"nhs_number", ValidNHSNumber,
			[]string{"9434765919", "6541003238", "4146515092", "9990000018", "9990000026", "943 476 5919", "943-476-5919", " 943\u00a0476 5919 "},
			[]string{"9434765918", "9990000000", "", "943476591", "94347659199", "943476591X", "٩434765919", "----------"}},
		{"postcode", ValidPostcode,
			[]string{"BH2 6DY", "S70 2TA", "EC1A 1BB", "W1A 0AX", "M1 1AE", "CR2 6XH", "GIR 0AA", "ZZ99 3VZ", "zz993wz", "bh26dy", " BH2 6DY\u00a0"},
			[]string{"QA1 1AA", "BH2 6CI", "BH2-6DY", "", "ZZ98 3VZ", "BH2", "BH2 6DYX", "K\u0131 1AE", "\u212a1 1AE"}},
	} {
		for _, text := range f.valid {
			if !f.check(text) {
				t.Errorf("%s: %q is valid", f.name, text)
			}
			if err := validate.Var(text, f.name); err != nil {
				t.Errorf("%s: validator/v10 refuses %q", f.name, text)
			}
		}
		for _, text := range f.invalid {
			if f.check(text) {
				t.Errorf("%s: %q is not valid", f.name, text)
			}
		}
	}
}

// postcodeForm says in one pattern what a postcode is.
var postcodeForm = regexp.MustCompile(`(?i)^(GIR 0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW]) ?[0-9][ABD-HJLNP-UW-Z]{2}|ZZ99 ?[0-9][A-Z]{2})$`)

func TestPostcodesAgreeWithTheirPattern(t *testing.T) {
	plain := func(text string) bool {
		text = strings.Trim(text, " \t\u00a0")
		return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) && len(text) <= 8 && postcodeForm.MatchString(text)
	}
	shape := rapid.StringMatching(`[ \t\x{a0}]?([A-Za-z0-9]{1,5}|ZZ99|zZ99|GIR|[A-Z][A-Z]?[0-9][A-Z0-9]?) ?([0-9][A-Za-z]{2}|[A-Z0-9 \x{212a}]{0,4})[ \x{a0}]?`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(shape, rapid.String()).Draw(t, "text")
		if got, want := ValidPostcode(text), plain(text); got != want {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
	})
	for first := range 256 { // every letter at every place
		for _, form := range []string{"M1 1AE", "W1A 0AX", "EC1A 1BB", "S70 2TA", "CR26XH", "ZZ99 3VZ"} {
			for place := range len(form) {
				text := form[:place] + string([]byte{byte(first)}) + form[place+1:]
				if got, want := ValidPostcode(text), plain(text); got != want {
					t.Fatalf("%q: got %v, want %v", text, got, want)
				}
			}
		}
	}
}

func TestNormalForms(t *testing.T) {
	if got := NormaliseUPN(" b801200005001\u00a0"); got != "B801200005001" {
		t.Errorf("got %q", got)
	}
	if got := NormaliseNHSNumber("943-476\u00a05919 "); got != "9434765919" {
		t.Errorf("got %q", got)
	}
}

func TestTagsThatDoNotExistAreRefused(t *testing.T) {
	for _, tag := range []string{"no_such_tag", "", "gte"} {
		if _, err := checkOf(tag); err == nil && tag != "" {
			t.Errorf("tag %q is taken", tag)
		}
	}
	if check, err := checkOf("numeric"); err != nil || check("x") || !check("12") {
		t.Errorf("numeric: %v", err)
	}
}
