package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"frontdoor/pipeline/publish"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"frontdoor": main})
}

// TestScripts runs testdata/script, one behaviour in each file. Every script starts in a folder with the
// delivery of testdata/door.txtar. Its commands:
//
//	exits CODE [ARGUMENT...]     runs frontdoor and demands its exit code
//	capture stdout PATTERN NAME  sets a variable to the first group of a pattern
//	lock STORE                   holds the store until the script ends
//	damage PATTERN               flips a bit in the middle of every file that matches
//	empty PATTERN                leaves nothing in every file that matches
//	escape FILE                  puts an escape character into a contact's concern
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			door, err := txtar.ParseFile(filepath.Join("testdata", "door.txtar"))
			if err != nil {
				return err
			}
			return txtar.Write(door, e.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "capture": capture, "lock": lock, "damage": damage, "empty": empty, "escape": escape,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits CODE [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("frontdoor", args[1:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("run frontdoor: %v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("frontdoor %s: exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: capture stdout PATTERN NAME")
	}
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile(args[0]))
	if found == nil {
		ts.Fatalf("capture: %s does not match", args[1])
	}
	ts.Setenv(args[2], found[1])
}

func lock(ts *testscript.TestScript, _ bool, args []string) {
	store, err := publish.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	release, err := store.Lock()
	ts.Check(err)
	ts.Defer(func() { ts.Check(errors.Join(release(), store.Close())) })
}

func damage(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args[0], func(content []byte) []byte {
		content[len(content)/2] ^= 0x10
		return content
	})
}

func empty(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args[0], func([]byte) []byte { return nil })
}

// change rewrites every file that matches; there is at least one.
func change(ts *testscript.TestScript, pattern string, to func([]byte) []byte) {
	paths, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	if len(paths) == 0 {
		ts.Fatalf("nothing matches %s", pattern)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, to(content), 0o600))
	}
}

func escape(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	content, err := os.ReadFile(path)
	ts.Check(err)
	changed := strings.Replace(string(content), "DVA", "DVA\x1b[31m", 1)
	ts.Check(os.WriteFile(path, []byte(changed), 0o600))
}
