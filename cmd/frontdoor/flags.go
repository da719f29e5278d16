package main

import (
	"errors"
	"slices"
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
