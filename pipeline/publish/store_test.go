package publish

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newStore returns an empty store that is locked.
func newStore(tb testing.TB) *Store {
	tb.Helper()
	s, err := Create(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	release, err := s.Lock()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := release(); err != nil {
			tb.Error(err)
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

var testKey = []byte("0123456789abcdef0123456789abcdef")

// newStaging returns a staging that has its key and version.
func newStaging(tb testing.TB, s *Store, id string) *Staging {
	tb.Helper()
	st, err := s.Stage(id)
	if err != nil {
		tb.Fatal(err)
	}
	if st.Pseudonyms, err = NewPseudonymiser(testKey, "839"); err != nil {
		tb.Fatal(err)
	}
	st.Version = "test"
	return st
}

func wantError(tb testing.TB, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("got error %v, want %v", err, want)
	}
}

func TestLockIsHeldByOne(t *testing.T) {
	dir := t.TempDir()
	first, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Stage("run1"); !errors.Is(err, ErrNotLocked) {
		t.Errorf("stage without a lock: got %v", err)
	}
	release, err := first.Lock()
	if err != nil {
		t.Fatal(err)
	}
	_, err = second.Lock()
	wantError(t, err, ErrLocked)
	_, err = first.Lock()
	wantError(t, err, ErrLocked)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release, err = second.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(release(), first.Close(), second.Close()); err != nil {
		t.Error(err)
	}
}

// TestLockIsFreedWhenItsHolderDies starts this test again as another process, which takes the lock and is
// killed.
func TestLockIsFreedWhenItsHolderDies(t *testing.T) {
	if dir := os.Getenv("PUBLISH_TEST_HOLD"); dir != "" {
		s, err := Create(dir)
		if err == nil {
			_, err = s.Lock()
		}
		fmt.Println("held", err)
		select {}
	}
	dir := t.TempDir()
	holder := exec.Command(os.Args[0], "-test.run=^TestLockIsFreedWhenItsHolderDies$")
	holder.Env = append(os.Environ(), "PUBLISH_TEST_HOLD="+dir)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held <nil>\n" {
		t.Errorf("holder: %q %v", line, err)
	}
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Lock()
	wantError(t, err, ErrLocked)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	release, err := s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(release(), s.Close()); err != nil {
		t.Error(err)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		_, err := Open(dir)
		wantError(t, err, ErrNoStore)
	}
	s := newStore(t)
	if _, err := s.Run(""); !errors.Is(err, ErrNoRun) {
		t.Errorf("current run of an empty store: got %v", err)
	}
	newWholeRun().publish(t, s, "run1")
	for _, id := range []string{"run2", "../run1", ".", "a/b"} {
		_, err := s.Run(id)
		wantError(t, err, ErrNoRun)
		wantError(t, s.SetCurrent(id), ErrNoRun)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := again.Runs(); err != nil || !slices.Equal(ids, []string{"run1"}) {
		t.Errorf("runs: got %v %v", ids, err)
	}
	run, err := again.Run("")
	if err != nil || run.ID != "run1" {
		t.Errorf("current run: got %v %v", run, err)
	}
	if _, err := run.Columns("persons", true); !errors.Is(err, ErrNoTable) {
		t.Errorf("a table that the run has not: got %v", err)
	}
	if _, err := run.Columns("passwords", true); !errors.Is(err, ErrNoTable) {
		t.Errorf("a table that there is not: got %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestDamagedCurrentIsSaid(t *testing.T) {
	s := newStore(t)
	newWholeRun().publish(t, s, "run1")
	for _, content := range []string{"", "../../etc\n", "run1\nrun2\n"} {
		if err := os.WriteFile(filepath.Join(s.dir, currentFile), []byte(content), fileMode); err != nil {
			t.Fatal(err)
		}
		_, err := s.Run("")
		wantError(t, err, ErrDamaged)
	}
	if err := s.SetCurrent("run1"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(s.dir, currentFile)); err != nil || string(text) != "run1\n" {
		t.Errorf("current: %q %v", text, err)
	}
}

func TestAccessLogIsAppendedTo(t *testing.T) {
	s := newStore(t)
	for i := range 3 {
		entry := AccessEntry{Time: "2026-01-02T03:04:05Z", User: "auditor", Run: "run1", Table: "contacts", Rows: int64(i), Reason: "case \"7\"\nreview"}
		if err := s.LogAccess(entry); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(s.dir, accessFile)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 3 || lines[2] != `{"time":"2026-01-02T03:04:05Z","user":"auditor","run":"run1","table":"contacts","rows":2,"reason":"case \"7\"\nreview"}` {
		t.Errorf("got %q", lines)
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != fileMode {
		t.Errorf("mode: %v %v", info, err)
	}
}

func TestAScratchFileHasNoNameAndItsErrorsNameNone(t *testing.T) {
	s := newStore(t)
	scratch, err := s.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scratch.WriteAt([]byte("x"), 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := fs.WalkDir(s.root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if strings.Contains(name, stagingPrefix) {
			t.Errorf("the store has %s", name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := scratch.Close(); err != nil {
		t.Fatal(err)
	}
	_, wrote := scratch.WriteAt([]byte("x"), 0)
	for _, err := range []error{wrote, scratch.Truncate(1)} {
		if err == nil || strings.Contains(err.Error(), stagingPrefix) || !strings.HasPrefix(err.Error(), "write scratch file: ") {
			t.Errorf("of a closed file it says %v", err)
		}
	}
}
