//go:build !windows

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"
)

// largeDoor writes the tiny front door with n more contacts, so that a run takes a while.
func largeDoor(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	door, err := txtar.ParseFile(filepath.Join("testdata", "door.txtar"))
	if err == nil {
		err = txtar.Write(door, dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "door", "contacts.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, "L%d,D%d,2019-05-%02d,1A,NEG,,,Sys,NFA,\n", i, i/3, 1+i%28)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// interrupted runs a configuration, sends a signal as soon as the log has a line with mark, and returns the exit
// code and what stood on standard error from there on.
func interrupted(t *testing.T, config, mark string, signal os.Signal) (code int, rest string) {
	t.Helper()
	c := exec.Command("frontdoor", "run", "--config", config)
	log, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the log ended before %q: %v", mark, err)
		}
		if strings.Contains(line, mark) {
			break
		}
	}
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	tail, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the exit code says it
	return c.ProcessState.ExitCode(), string(tail)
}

func TestInterruptedRunLeavesNothing(t *testing.T) {
	for _, test := range []struct {
		mark   string
		signal os.Signal
	}{
		{`"table": "cin_episodes"`, os.Interrupt},
		{`"stage": "dedupe"`, os.Interrupt},
		{`"stage": "measure"`, unix.SIGTERM},
	} {
		t.Run(test.mark, func(t *testing.T) {
			t.Parallel()
			dir := largeDoor(t, 300_000)
			code, rest := interrupted(t, filepath.Join(dir, "config.yaml"), test.mark, test.signal)
			if code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
			if !strings.HasSuffix(rest, "frontdoor: interrupted: nothing was published\n") {
				t.Errorf("the last words were %q", rest)
			}
			if _, err := os.Stat(filepath.Join(dir, "store", "current")); !os.IsNotExist(err) {
				t.Errorf("there is a current run: %v", err)
			}
			left, err := os.ReadDir(filepath.Join(dir, "store", "runs"))
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range left {
				t.Errorf("left behind: %s", entry.Name())
			}
		})
	}
}

// A reader that stops reading, such as head, ends show quietly.
func TestBrokenPipeEndsQuietly(t *testing.T) {
	dir := largeDoor(t, 20_000)
	if _, stderr, code := frontdoor(t, "run", "--config", filepath.Join(dir, "config.yaml")); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	c := exec.Command("frontdoor", "show", "contacts", "--store", filepath.Join(dir, "store"))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if log.String() != pseudonymNote+"\n" {
		t.Errorf("standard error: %q", log.String())
	}
}
