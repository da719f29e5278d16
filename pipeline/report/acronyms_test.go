package report

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// notAcronyms are capitals that are no short form: codes of the data, and words of conditions.
var notAcronyms = map[string]bool{"NFA": false, "SVG": true, "UTF": true, "HTML": true, "XML": true, "REF": true, "YAML": true, "A4": true, "FFA": true}

// Every acronym that the measures, the rules, the policy or the template of the pages write is on the sheet.
func TestEveryAcronymIsDefined(t *testing.T) {
	known, err := acronyms()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	words := regexp.MustCompile(`(?m)^\s*-?\s*(?:title|wording|notes|limit|changed|exclusions|source|group|about|words|exempt): ([^\[].*)$`)
	for _, pattern := range []string{"../measure/catalogue/*.yaml", "../measure/disclosure.yaml", "../../rules/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range words.FindAllStringSubmatch(string(text), -1) {
				texts = append(texts, m[1])
			}
		}
	}
	template, err := files.ReadFile("page.gohtml")
	if err != nil {
		t.Fatal(err)
	}
	texts = append(texts, strings.ReplaceAll(regexp.MustCompile(`(?s)<[^>]*>|{{[^}]*}}`).ReplaceAllString(string(template), " "), "DOCTYPE", ""))
	for _, text := range texts {
		for _, short := range acronymsIn(text) {
			if _, is := known[short]; !is && !notAcronyms[short] && !regexp.MustCompile(`^[A-Z]{1,2}[0-9]+[A-Z]?$`).MatchString(short) {
				t.Errorf("%s is not on the sheet of acronyms: %s", short, text)
			}
		}
	}
}

func TestAcronymsAreWordsOfCapitals(t *testing.T) {
	pattern := regexp.MustCompile(`\b[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*\b`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ABZaz09_ -.é\n"))).Draw(t, "text")
		if got, want := acronymsIn(text), pattern.FindAllString(text, -1); !slices.Equal(got, want) {
			t.Fatalf("acronyms of %q are %q, want %q", text, got, want)
		}
	})
}

func TestUsedAcronymsStandOnThePage(t *testing.T) {
	p := smallPage()
	p.Measures[0].Wording = "What the MASH counts."
	if page := written(t, p); !strings.Contains(page, "Multi-agency safeguarding hub") {
		t.Error("an acronym that the page uses is not explained")
	}
	if strings.Contains(written(t, smallPage()), "Multi-agency safeguarding hub") {
		t.Error("an acronym that the page does not use is explained")
	}
}
