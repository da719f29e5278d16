package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"frontdoor/pipeline"
)

// census judges clean census returns of 10,000 to 400,000 children, a whole country, each in a process of its own, and
// prints what each took.
func census() error {
	program, err := os.Executable()
	if err := errors.Join(err, os.MkdirAll(folder, 0o755)); err != nil {
		return err
	}
	for _, children := range []int{10_000, 100_000, 400_000} {
		for _, ending := range []string{".xml", ""} {
			path := filepath.Join(folder, "census-"+strconv.Itoa(children)+ending)
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				generate := exec.Command("go", "run", "./scripts/generate", "--census", path, "--children", strconv.Itoa(children))
				generate.Stdout, generate.Stderr = os.Stderr, os.Stderr
				if err := generate.Run(); err != nil {
					return fmt.Errorf("generate census: %w", err)
				}
			}
			c := exec.Command(program, "--judge", path)
			c.Stderr = os.Stderr
			said, err := c.Output()
			if err != nil {
				return fmt.Errorf("judge %s: %w", path, err)
			}
			fmt.Printf("%s\n%s  peak memory %s\n", path, said, peak(c.ProcessState))
		}
	}
	return nil
}

// judgeCensus judges one return and prints how long its file took to sum up, to read and to be judged.
func judgeCensus(path string) error {
	took := map[string]time.Duration{}
	started := time.Now()
	checked, err := pipeline.Check(context.Background(), pipeline.CheckOptions{
		Collection: "cin_census", Paths: []string{path}, Progress: func(stage string, d time.Duration) { took[stage] += d },
	})
	if err != nil {
		return err
	}
	findings := 0
	for range checked.Findings() {
		findings++
	}
	total := time.Since(started)
	children, records := 0, 0
	for _, o := range checked.Outcomes {
		switch o.Rule {
		case "8500":
			children = o.Looked
		case "IN-005":
			records = o.Looked
		}
	}
	fmt.Printf("  %d children, %d records, %d findings\n", children, records, findings)
	fmt.Printf("  sum %.2f s, read %.2f s, rules %.2f s, total %.2f s: %.1f µs a child, %.0f records/s\n",
		took["sum"].Seconds(), took["read"].Seconds(), took["rules"].Seconds(), total.Seconds(), total.Seconds()*1e6/float64(children), float64(records)/total.Seconds())
	return nil
}
