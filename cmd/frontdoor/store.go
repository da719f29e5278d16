package main

import (
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/pipeline/publish"
)

// published is a run of a store, opened for reading.
type published struct {
	store, run, reason string
	reveal             bool

	opened *publish.Store
	*publish.Run
}

// storeFlags adds the flags that choose a store and a run.
func (p *published) storeFlags(c *cobra.Command) {
	c.Flags().StringVar(&p.store, "store", "store", "folder of the store")
	c.Flags().StringVar(&p.run, "run", "", "id of the run; without it the current one")
}

// revealFlags adds the flags that ask for originals.
func (p *published) revealFlags(c *cobra.Command) {
	c.Flags().BoolVar(&p.reveal, "reveal", false, "show originals instead of pseudonyms; needs --reason and is logged")
	c.Flags().StringVar(&p.reason, "reason", "", "why originals must be shown")
}

// open opens the run. Originals are refused without a reason.
func (p *published) open() error {
	if p.reveal && strings.TrimSpace(p.reason) == "" {
		return usage(`say why originals must be shown: --reveal --reason "..."; the access log keeps it`)
	}
	if !p.reveal && p.reason != "" {
		return usage("--reason goes with --reveal; give both or neither")
	}
	var err error
	if p.opened, err = publish.Open(p.store); err != nil {
		return err
	}
	if p.Run, err = p.opened.Run(p.run); err != nil {
		_ = p.opened.Close()
	}
	return err
}

// close lets go of the store.
func (p *published) close() { _ = p.opened.Close() }

// logAccess notes who is about to see the originals of how many rows. Nothing may be shown when it fails.
func (p *published) logAccess(table string, rows int64) error {
	return p.opened.LogAccess(publish.AccessEntry{
		Time: time.Now().UTC().Format(time.RFC3339), User: userName(), Run: p.ID,
		Table: table, Rows: rows, Reason: strings.TrimSpace(p.reason),
	})
}

// userName returns who runs the program, as far as the system knows.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	for _, name := range []string{"USER", "USERNAME", "LOGNAME"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return "not known"
}
