package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// census judges clean census returns of 10,000 to 400,000 children, a whole country, and prints what each took.
func census() error {
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
			c := exec.Command("bin/frontdoor", "check", "--collection", "cin_census", "--format", "summary", path)
			c.Stderr = os.Stderr
			started := time.Now()
			if err := c.Run(); err != nil {
				return fmt.Errorf("check %s: %w", path, err)
			}
			took := time.Since(started)
			fmt.Printf("%s\n  wall %.2f s, %.1f µs a child, peak memory %s\n", path, took.Seconds(), took.Seconds()*1e6/float64(children), peak(c.ProcessState))
		}
	}
	return nil
}
