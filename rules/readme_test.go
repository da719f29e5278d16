package rules

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdoor/schemas"
)

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	called   = regexp.MustCompile(`\b([a-z_]+)\(`)
	operator = regexp.MustCompile(`&&|\\\|\\\||<=|>=|==|!=|[!<>?+*-]| in `)
)

// firstCells returns the code in the first column of the table that stands below a heading line.
func firstCells(t *testing.T, text, heading string) []string {
	t.Helper()
	_, below, found := strings.Cut(text, "\n| "+heading)
	if !found {
		t.Fatalf("README.md has no table %q", heading)
	}
	var spans []string
	for line := range strings.SplitSeq(below[strings.Index(below, "\n")+1:], "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cell, _, _ := strings.Cut(strings.ReplaceAll(line[1:], `\|`, "\x00"), "|")
		for _, span := range codeSpan.FindAllStringSubmatch(strings.ReplaceAll(cell, "\x00", `\|`), -1) {
			spans = append(spans, span[1])
		}
	}
	return spans
}

func TestTheReadmeNamesWhatConditionsMayUseAndNothingElse(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, span := range firstCells(t, string(text), "function | gives") {
		for _, f := range called.FindAllStringSubmatch(span, -1) {
			told[f[1]] = true
		}
		if !strings.Contains(span, "(") {
			for _, sign := range operator.FindAllString(span, -1) {
				told[strings.TrimSpace(strings.ReplaceAll(sign, `\`, ""))] = true
			}
		}
	}
	coll := oracleCollection()
	env, err := environment(worldOf(t, coll), tableRef{schema: coll.Table("rows")})
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for name := range env.Functions() {
		switch sign := strings.Trim(name, "_"); {
		case name == "@in":
			declared["in"] = true
		case strings.HasPrefix(name, "@"): // conditions cannot write it
		case name == "_?_:_":
			declared["?"] = true
		case strings.ContainsAny(sign, "&|<>=!+-*/%"):
			declared[sign] = true
		default:
			declared[name] = true
		}
	}
	for _, name := range listMacros {
		declared[name] = true
	}
	for name := range declared {
		if !told[name] {
			t.Errorf("%s is not in the table of functions", name)
		}
	}
	for name := range told {
		if !declared[name] {
			t.Errorf("the table of functions names %s, which conditions do not know", name)
		}
	}
}

func TestTheReadmeNamesEveryWordAndType(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	words := firstCells(t, string(text), "word | stands for")
	for _, word := range slices.Concat(factNames, []string{"this", "previous", "next", lastYearName}) {
		if !slices.Contains(words, word) {
			t.Errorf("%s is not in the table of words", word)
		}
	}
	types := firstCells(t, string(text), "type in the schema")
	for _, kind := range []schemas.Type{
		schemas.TypeText, schemas.TypeCode, schemas.TypeKey, schemas.TypeDate, schemas.TypeDateTime, schemas.TypeInteger, schemas.TypeDecimal, schemas.TypeBoolean, schemas.TypeList,
	} {
		if !slices.Contains(types, string(kind)) {
			t.Errorf("%s is not in the table of types", kind)
		}
	}
	if len(types) != 9 {
		t.Errorf("the table of types names %v", types)
	}
}
