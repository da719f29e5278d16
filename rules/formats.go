package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

// format is one of the sector's own text formats: its tag in valid(), its check and, where one value has
// several spellings, its normal form.
type format struct {
	tag    string
	check  func(string) bool
	normal func(string) string
}

// formats are the tags that the sector adds to those of validator/v10.
var formats = []format{
	{tag: "upn", check: ValidUPN, normal: NormaliseUPN},
	{tag: "nhs_number", check: ValidNHSNumber, normal: NormaliseNHSNumber},
	{tag: "postcode", check: ValidPostcode},
}

var validate = newValidate()

func newValidate() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	for _, f := range formats {
		if err := v.RegisterValidation(f.tag, func(level validator.FieldLevel) bool { return f.check(level.Field().String()) }); err != nil {
			panic(err) // the tags are fixed and well formed
		}
	}
	return v
}

// checkOf returns the check behind a tag of valid(). The sector's formats are called directly, without the
// reflection that validator/v10 puts around them.
func checkOf(tag string) (check func(string) bool, err error) {
	for _, f := range formats {
		if f.tag == tag {
			return f.check, nil
		}
	}
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("no format is called %q", tag)
		}
	}()
	_ = validate.Var("text", tag) // panics for a tag that does not exist or does not judge text
	return func(text string) bool { return validate.Var(text, tag) == nil }, nil
}

// normalOf returns the function behind a tag of normal_form().
func normalOf(tag string) (func(string) string, error) {
	for _, f := range formats {
		if f.tag == tag && f.normal != nil {
			return f.normal, nil
		}
	}
	return nil, fmt.Errorf("no format with a normal form is called %q", tag)
}

const upnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ" // no I, O, S: they read as 1, 0, 5

// ValidUPN tells whether text is a unique pupil number with the right check letter, permanent or temporary (a
// letter at the end). Source: DfE UPN guide; the letter is the sum of each value times its place, 2 to 13,
// modulo 23.
func ValidUPN(text string) bool {
	if len(text) != 13 {
		return false
	}
	sum := 0
	for i := 1; i < 13; i++ {
		value := int(text[i]) - '0'
		if value < 0 || value > 9 {
			if value = strings.IndexByte(upnLetters, text[i]); i != 12 || value < 0 {
				return false
			}
		}
		sum += value * (i + 1)
	}
	return text[0] == upnLetters[sum%23]
}

// NormaliseUPN returns a unique pupil number in capitals and without blanks.
func NormaliseUPN(text string) string { return strings.ToUpper(without(text, false)) }

// ValidNHSNumber tells whether text is an NHS number with the right check digit; blanks and hyphens do not
// matter. Source: NHS data dictionary; weights 10 to 2, 11 less the sum modulo 11, 11 is 0 and 10 is invalid.
func ValidNHSNumber(text string) bool {
	sum, digits := 0, 0
	var last int
	for i := 0; i < len(text); {
		digit := int(text[i]) - '0'
		if digit < 0 || digit > 9 {
			n := skippable(text[i:], true)
			if n == 0 {
				return false
			}
			i += n
			continue
		}
		if digits == 10 {
			return false
		}
		last = digit
		if digits++; digits < 10 {
			sum += last * (11 - digits)
		}
		i++
	}
	want := 11 - sum%11
	if want == 11 {
		want = 0
	}
	return digits == 10 && last == want
}

// NormaliseNHSNumber returns an NHS number without blanks and hyphens.
func NormaliseNHSNumber(text string) string { return without(text, true) }

// letterClass is a set of the places of a postcode that a letter may stand at.
type letterClass uint8

const (
	digit     letterClass = 1 << iota
	areaFirst             // the first letter
	areaLater             // the second letter, before a digit
	afterOne              // the last of an outward code such as W1A
	afterTwo              // the last of an outward code such as EC1A
	inward                // the last two of all
	letter
)

// postcodeLetters are the classes of each letter and digit, in either case.
var postcodeLetters = func() (classes [256]letterClass) {
	add := func(letters string, class letterClass) {
		for _, c := range []byte(letters + strings.ToLower(letters)) {
			classes[c] |= class
		}
	}
	add("0123456789", digit)
	add("ABCDEFGHIJKLMNOPQRSTUVWXYZ", letter)
	add("ABCDEFGHIJKLMNOPRSTUWYZ", areaFirst)
	add("ABCDEFGHKLMNOPQRSTUVWXY", areaLater)
	add("ABCDEFGHJKPSTUW", afterOne)
	add("ABEHMNPRVWXY", afterTwo)
	add("ABDEFGHJLNPQRSTUWXYZ", inward)
	return classes
}()

// outwardForms are those that the first half of a postcode may have.
var outwardForms = [][]letterClass{
	{areaFirst, digit}, {areaFirst, digit, digit}, {areaFirst, digit, afterOne},
	{areaFirst, areaLater, digit}, {areaFirst, areaLater, digit, digit}, {areaFirst, areaLater, digit, afterTwo},
}

// ValidPostcode tells whether text is a well-formed postcode, or one of the ZZ99 postcodes that stand for no
// fixed address. Case and blanks at the ends do not matter. Well formed does not mean that it exists.
func ValidPostcode(text string) bool {
	for n := skippable(text, false); n > 0; n = skippable(text, false) {
		text = text[n:]
	}
	for text != "" && (text[len(text)-1] == ' ' || text[len(text)-1] == '\t' || strings.HasSuffix(text, "\u00a0")) {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	if len(text) < 5 || len(text) > 8 {
		return false
	}
	outward, last := strings.TrimSuffix(text[:len(text)-3], " "), text[len(text)-3:]
	switch {
	case strings.EqualFold(outward, "ZZ99"):
		return fits(last, []letterClass{digit, letter, letter})
	case len(text) == 7 && strings.EqualFold(text, "GIR 0AA"):
		return true
	}
	return fits(last, []letterClass{digit, inward, inward}) && slices.ContainsFunc(outwardForms, func(form []letterClass) bool { return fits(outward, form) })
}

// fits tells whether each letter of text is of its class.
func fits(text string, form []letterClass) bool {
	if len(text) != len(form) {
		return false
	}
	for i, class := range form {
		if postcodeLetters[text[i]]&class == 0 {
			return false
		}
	}
	return true
}

// without returns text without blanks and, if asked, hyphens. Text that has none is returned as it is.
func without(text string, hyphens bool) string {
	clean := true
	for i := range len(text) {
		if b := text[i]; b <= ' ' || b == '-' || b >= utf8.RuneSelf {
			clean = clean && skippable(text[i:], hyphens) == 0
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := skippable(text[i:], hyphens); n > 0 {
			i += n
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// skippable returns the length of the blank, no-break space or hyphen that text begins with, or 0.
func skippable(text string, hyphens bool) int {
	switch {
	case text == "":
		return 0
	case text[0] == ' ', text[0] == '\t', hyphens && text[0] == '-':
		return 1
	case strings.HasPrefix(text, "\u00a0"):
		return len("\u00a0")
	}
	return 0
}
