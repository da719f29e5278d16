package main

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/rules"
	"frontdoor/schemas"
)

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
}

// oneOf returns a flag for the words; the first is its value unless another is given.
func oneOf(allowed ...string) *choice { return &choice{value: allowed[0], allowed: allowed} }

// failOn returns a flag for the least severity of a finding that makes the exit code 1.
func failOn() *choice {
	return oneOf("never", string(rules.Error), string(rules.Warning), string(rules.Query))
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }
func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return errors.New("want " + strings.Join(c.allowed, ", "))
	}
	c.value = text
	return nil
}

// catalogueFlags adds the flags that say which rules are in force.
func catalogueFlags(c *cobra.Command, year, local, kept *string) {
	c.Flags().StringVar(year, "year", "", "take the rules of this collection year, as 2018-19, instead of the delivery's own")
	c.Flags().StringVar(local, "rules", "", "add the rule catalogues (.yaml) of this folder; their rules are marked as local")
	c.Flags().StringVar(kept, "catalogue", "", "go by the folder catalogue of a published run instead of the program's own rules and schemas")
}

// memoryLimit is a flag that takes a number of bytes.
type memoryLimit struct {
	bytes int64
	text  string
}

func (m *memoryLimit) String() string { return m.text }
func (m *memoryLimit) Type() string   { return "SIZE" }
func (m *memoryLimit) Set(text string) error {
	digits := strings.TrimRight(text, "KMGTiBkmgtb")
	unit := strings.ToUpper(strings.TrimSuffix(strings.TrimSuffix(text[len(digits):], "B"), "b"))
	factor, known := map[string]float64{
		"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "KI": 1 << 10, "MI": 1 << 20, "GI": 1 << 30, "TI": 1 << 40,
	}[unit]
	number, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if err != nil || !known || !(number > 0) || number*factor > math.MaxInt64/2 {
		return errors.New("want a size such as 800M, 2G or 1.5GiB")
	}
	m.bytes, m.text = int64(number*factor), text
	return nil
}

// day is a flag that takes a date.
type day struct {
	value *schemas.Day // nil until it is given
	text  string
}

func (d *day) String() string { return d.text }
func (d *day) Type() string   { return "YYYY-MM-DD" }
func (d *day) Set(text string) error {
	value, err := schemas.ParseDay(text)
	if err != nil {
		return errors.New("want a date such as 2019-12-31")
	}
	d.value, d.text = &value, text
	return nil
}
