// Command timing measures a whole run over a million rows of contacts.
//
// The built program (bin/frontdoor) walks in; printed figures walk out: wall clock, rows a second, peak memory where
// the system tells it, and the stages of the journal. The run is then made again with one processor, in another
// folder, time zone and language, and every file of the two but the journal must have the same bytes. The extract is
// made once, by scripts/generate, and kept below bin/bench. Then census returns of three sizes are judged, as XML and
// as CSV.
//
// With --formats the readers alone are measured: rows a second and peak memory for a CSV file of many gigabytes, the
// first million rows of it packed, and as a workbook.
//
// With --prepare nothing is measured: the extract and its configuration are made, for scripts/bench.
//
//	go run ./scripts/timing [--rows N] [--prepare | --formats [--gigabytes N]]
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

func main() {
	rows := flag.Int("rows", 1_000_000, "rows of contacts.csv")
	onlyPrepare := flag.Bool("prepare", false, "only make the extract and its configuration")
	formats := flag.Bool("formats", false, "measure the readers of CSV, workbooks and archives instead, each in a process of its own")
	gigabytes := flag.Int("gigabytes", 5, "size of the CSV file for --formats")
	read := flag.String("read", "", "only read a file, and print how many records it has")
	flag.Parse()
	var err error
	switch {
	case *read != "":
		err = readFile(*read)
	case *onlyPrepare:
		_, err = prepare(*rows)
	case *formats:
		err = readers(*rows, *gigabytes)
	default:
		err = errors.Join(run(*rows), census())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "timing:", err)
		os.Exit(1)
	}
}

const folder = "bin/bench"

func run(rows int) error {
	if _, err := os.Stat("go.mod"); err != nil {
		return fmt.Errorf("run it from the top of the repository: %w", err)
	}
	config, err := prepare(rows)
	if err != nil {
		return err
	}
	many, err := once(config, "store-many", rows, nil)
	if err != nil {
		return err
	}
	// Another folder, time zone and language too: none of them may show.
	one, err := once(config, "elsewhere/store-one", rows, []string{"GOMAXPROCS=1", "TZ=Asia/Tokyo", "LC_ALL=tr_TR.UTF-8"})
	if err != nil {
		return err
	}
	return same(many, one)
}

// prepare makes the extract, if it is not there, and its configuration. It returns the path of the configuration.
func prepare(rows int) (string, error) {
	extract := filepath.Join(folder, "front-door-"+strconv.Itoa(rows))
	if _, err := os.Stat(extract); errors.Is(err, fs.ErrNotExist) {
		started := time.Now()
		unfinished := extract + ".part"
		generate := exec.Command("go", "run", "./scripts/generate", "--out", unfinished, "--rows", strconv.Itoa(rows))
		generate.Stdout, generate.Stderr = os.Stderr, os.Stderr
		if err := generate.Run(); err != nil {
			return "", fmt.Errorf("generate extract: %w", err)
		}
		if err := os.Rename(unfinished, extract); err != nil {
			return "", err
		}
		fmt.Printf("generated %d rows in %.1f s\n", rows, time.Since(started).Seconds())
	}
	key, err := filepath.Abs("samples/front-door.key")
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(`authority: "998"
as_at: 2019-12-31
period: {from: 2019-04-01, to: 2019-09-30}
pseudonym_key_file: %q
extracts:
  - {collection: front_door, path: %q}
contacts:
  migration: {from: 2019-03-01, to: 2019-04-30}
`, key, filepath.Base(extract))
	config := filepath.Join(folder, "bench.yaml")
	return config, os.WriteFile(config, []byte(text), 0o600)
}

// once runs into a fresh store, prints what it took and returns the folder of the run.
func once(config, name string, rows int, environment []string) (string, error) {
	store := filepath.Join(folder, name)
	if err := os.RemoveAll(store); err != nil {
		return "", err
	}
	program, err := filepath.Abs("bin/frontdoor")
	if err != nil {
		return "", err
	}
	c := exec.Command(program, "run", "--config", config, "--store", store)
	c.Env = append(os.Environ(), environment...)
	var log bytes.Buffer
	c.Stderr = &log
	started := time.Now()
	err = c.Run()
	took := time.Since(started)
	if err != nil {
		return "", fmt.Errorf("run %v: %w\n%s", environment, err, log.Bytes())
	}
	fmt.Printf("\n%s %v\n  wall %.2f s, %.0f rows/s, peak memory %s\n", name, environment, took.Seconds(), float64(rows)/took.Seconds(), peak(c.ProcessState))
	runs, err := filepath.Glob(filepath.Join(store, "runs", "*"))
	if err != nil || len(runs) != 1 {
		return "", fmt.Errorf("find run in %s: %d there: %w", store, len(runs), err)
	}
	journal, err := os.ReadFile(filepath.Join(runs[0], "journal.jsonl"))
	if err != nil {
		return "", err
	}
	for line := range bytes.Lines(journal) {
		fmt.Printf("  %s", line)
	}
	return runs[0], nil
}

// same compares every file of two runs but the journal.
func same(a, b string) error {
	ofA, err := sums(a)
	if err != nil {
		return err
	}
	ofB, err := sums(b)
	if err != nil {
		return err
	}
	var faults []error
	if filepath.Base(a) != filepath.Base(b) {
		faults = append(faults, fmt.Errorf("compare runs: ids %s and %s", filepath.Base(a), filepath.Base(b)))
	}
	var names []string
	for name := range ofA {
		names = append(names, name)
	}
	for name := range ofB {
		if _, also := ofA[name]; !also {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if ofA[name] != ofB[name] {
			faults = append(faults, fmt.Errorf("compare runs: %s differs", name))
		}
	}
	if len(faults) == 0 {
		fmt.Printf("\nall %d files have the same bytes with one processor, elsewhere, in another time zone and language\n\n", len(names))
	}
	return errors.Join(faults...)
}

// sums returns the SHA-256 of every file below a folder but the journal.
func sums(folder string) (map[string][sha256.Size]byte, error) {
	found := map[string][sha256.Size]byte{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || name == "journal.jsonl" {
			return err
		}
		text, err := fs.ReadFile(root, name)
		found[name] = sha256.Sum256(text)
		return err
	})
	return found, err
}
