package report

import (
	_ "embed" // the sheet of acronyms
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// Acronym is a short form with what it stands for.
type Acronym struct{ Short, Long, Plain string }

//go:embed acronyms.yaml
var acronymSheet []byte

// acronyms reads the sheet, by short form.
var acronyms = sync.OnceValues(func() (map[string]Acronym, error) {
	var all []Acronym
	if err := yaml.UnmarshalWithOptions(acronymSheet, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read acronyms: %w", err)
	}
	byShort := map[string]Acronym{}
	for _, a := range all {
		byShort[a.Short] = a
	}
	return byShort, nil
})

// acronymsIn returns the acronyms of a text: words of capitals and digits alone that begin with a capital and have two or
// more.
func acronymsIn(text string) (found []string) {
	for from := 0; from < len(text); from++ {
		at, capitals := from, 0
		for at < len(text) && isCapital(text[at]) || at > from && at < len(text) && isDigit(text[at]) {
			if isCapital(text[at]) {
				capitals++
			}
			at++
		}
		if whole := at == len(text) || !inWord(text[at]); whole && capitals > 1 {
			found = append(found, text[from:at])
		}
		for from = at; from < len(text) && inWord(text[from]); {
			from++
		}
	}
	return found
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool   { return c >= '0' && c <= '9' }

// inWord tells whether a byte is part of a word.
func inWord(c byte) bool { return isCapital(c) || isDigit(c) || c >= 'a' && c <= 'z' || c == '_' }

// acronymsOf returns the acronyms that the page uses and the sheet defines, in order. What a council delivers (names
// of teams, of authorities) may hold others; those that this program writes are all defined, or its tests fail.
func acronymsOf(v *view) ([]Acronym, error) {
	known, err := acronyms()
	if err != nil {
		return nil, err
	}
	used := map[string]Acronym{}
	walkTexts(reflect.ValueOf(v), func(text string) {
		for _, short := range acronymsIn(text) {
			if a, is := known[short]; is {
				used[short] = a
			}
		}
	})
	var all []Acronym
	for _, a := range used {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Acronym) int { return strings.Compare(a.Short, b.Short) })
	return all, nil
}

// walkTexts hands over every text that a value holds.
func walkTexts(v reflect.Value, each func(string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walkTexts(v.Elem(), each)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Style" {
				walkTexts(v.Field(i), each)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walkTexts(v.Index(i), each)
		}
	case reflect.String:
		each(v.String())
	}
}
