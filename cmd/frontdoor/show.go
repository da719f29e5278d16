package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"frontdoor/pipeline/publish"
)

// pseudonymNote goes to standard error wherever originals were not asked for.
const pseudonymNote = `Identifiers are pseudonyms; --reveal --reason "..." shows originals and is logged.`

// showing is what show was asked for.
type showing struct {
	published
	table string
	limit int64
	where []string
}

func newShow() *cobra.Command {
	var s showing
	format := oneOf("table", "csv", "jsonl")
	c := &cobra.Command{
		Use:   "show TABLE",
		Short: "Print the rows of a table of a published run",
		Long: `Show prints the rows of a table, in the order in which they are stored; contacts stand in file and line order.
Identifiers are pseudonyms, dates of birth months and postcodes districts. --reveal prints what was delivered
and is written to the access log of the store first.

Standard output holds rows only. csv has a header, LF line ends, and nothing where there is no value; jsonl has
one object a line, every column always there, null where there is no value.

Tables: ` + strings.Join(publish.Tables(), ", ") + `;
and every delivered list of the run, such as CINdetails or front_door.referrals`,
		Args: exactly(1, "a table"),
		RunE: func(c *cobra.Command, args []string) error {
			s.table = args[0]
			return s.show(c.OutOrStdout(), c.ErrOrStderr(), format.value)
		},
	}
	s.storeFlags(c)
	s.revealFlags(c)
	c.Flags().Var(format, "format", "how rows are written")
	c.Flags().Int64Var(&s.limit, "limit", 0, "how many rows at most; 0 for all")
	c.Flags().StringArrayVar(&s.where, "where", nil, "only rows whose column shows this value, as COLUMN=VALUE; may be repeated")
	return c
}

// show prints the rows. Originals are logged before the first of them is written.
func (s *showing) show(stdout, stderr io.Writer, format string) error {
	if s.limit < 0 {
		return usage("--limit wants 0 for all rows, or how many")
	}
	if err := s.open(); err != nil {
		return err
	}
	defer s.close()
	names, err := s.Columns(s.table, s.reveal)
	if err != nil {
		return err
	}
	chosen, err := s.filter(names)
	if err != nil {
		return err
	}
	if s.reveal {
		rows := int64(0)
		if err := s.each(chosen, func(publish.Row) error { rows++; return nil }); err != nil {
			return err
		}
		if err := s.logAccess(s.table, rows); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(stderr, pseudonymNote)
	}
	out := bufio.NewWriterSize(stdout, 1<<16)
	rows := newRowWriter(format, out, names, s.reveal)
	return cmp.Or(s.each(chosen, rows.row), rows.end(), out.Flush())
}

// filter returns what tells whether a row is wanted.
func (s *showing) filter(names []string) (func(publish.Row) bool, error) {
	wanted := map[string]string{}
	for _, condition := range s.where {
		name, value, ok := strings.Cut(condition, "=")
		if !ok {
			return nil, usage("--where wants COLUMN=VALUE")
		}
		wanted[name] = value
	}
	for _, name := range names {
		delete(wanted, name)
	}
	for name := range wanted {
		return nil, usage("--where: the table %s has no column %s; it has %s", s.table, name, strings.Join(names, ", "))
	}
	return func(row publish.Row) bool {
		for _, condition := range s.where {
			name, value, _ := strings.Cut(condition, "=")
			if shown(row.Value(name)) != value {
				return false
			}
		}
		return true
	}, nil
}

// each calls do for every wanted row.
func (s *showing) each(wanted func(publish.Row) bool, do func(publish.Row) error) error {
	n := int64(0)
	for row, err := range s.Rows(s.table, s.reveal) {
		if err != nil {
			return err
		}
		if !wanted(row) {
			continue
		}
		if err := do(row); err != nil {
			return err
		}
		if n++; n == s.limit {
			return nil
		}
	}
	return nil
}
