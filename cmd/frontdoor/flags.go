package main

import (
	"errors"
	"slices"
	"strings"

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
