package publish

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"frontdoor/pipeline/publish/pages"
)

// namesIn returns every file and folder below dir.
func namesIn(tb testing.TB, dir string) []string {
	tb.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if name != dir {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(dir)+"/"))
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

func TestPublishedRunIsCurrentAndVerifies(t *testing.T) {
	s := newStore(t)
	run := newWholeRun().publish(t, s, "run1")
	if id, err := s.Current(); err != nil || id != "run1" {
		t.Errorf("current run: got %q %v", id, err)
	}
	problems, err := Verify(run)
	if err != nil || len(problems) > 0 {
		t.Errorf("verify: %v %v", problems, err)
	}
	m := run.Manifest()
	if m.LogicalHash == "" || len(m.Files) != len(namesInRun(t, s, "run1"))-2 {
		t.Errorf("the manifest has %d files, logical hash %q", len(m.Files), m.LogicalHash)
	}
	for _, name := range namesIn(t, s.dir) {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want := fs.FileMode(fileMode)
		if info.IsDir() {
			want = folderMode
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
	if got := namesIn(t, filepath.Join(s.dir, runsFolder)); slices.ContainsFunc(got, func(n string) bool { return strings.HasPrefix(n, ".") }) {
		t.Errorf("left behind: %v", got)
	}
}

// namesInRun returns the files of a run.
func namesInRun(tb testing.TB, s *Store, id string) []string {
	tb.Helper()
	run, err := s.Run(id)
	if err != nil {
		tb.Fatal(err)
	}
	names, err := run.list()
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

func TestDiscardLeavesNothing(t *testing.T) {
	s := newStore(t)
	newWholeRun().publish(t, s, "run1")
	before := namesIn(t, s.dir)
	st := newStaging(t, s, "run2")
	newWholeRun().write(t, st)
	for range 2 {
		if err := st.Discard(); err != nil {
			t.Fatal(err)
		}
	}
	if after := namesIn(t, s.dir); !slices.Equal(before, after) {
		t.Errorf("got %v, want %v", after, before)
	}
	if _, err := st.File("late"); err == nil {
		t.Error("a discarded run took a file")
	}
}

func TestKilledRunIsSweptByTheNext(t *testing.T) {
	dir := t.TempDir()
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	release, err := s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	newWholeRun().write(t, newStaging(t, s, "run1")) // never ended
	if err := os.WriteFile(filepath.Join(dir, newCurrent+"abc"), []byte("run1"), fileMode); err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrNoStore) {
		t.Errorf("open: got %v, want %v", err, ErrNoStore)
	}
	release, err = s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if got := namesIn(t, dir); !slices.Equal(got, []string{lockFile, runsFolder}) {
		t.Errorf("left behind: %v", got)
	}
	if err := errors.Join(release(), s.Close()); err != nil {
		t.Error(err)
	}
}

// fullDisk fails every write after the first room bytes.
type fullDisk struct {
	io.WriteCloser
	room *atomic.Int64
}

var errFull = errors.New("no space left on device")

func (d fullDisk) Write(b []byte) (int, error) {
	if d.room.Add(-int64(len(b))) < 0 {
		return 0, errFull
	}
	return d.WriteCloser.Write(b)
}

func TestFullDiskPublishesNothing(t *testing.T) {
	s := newStore(t)
	newWholeRun().publish(t, s, "run1")
	before := namesIn(t, s.dir)
	contacts := manyContacts(t, 2000)
	steps := map[string]func(st *Staging) error{
		"delivered": func(st *Staging) error { return storeDelivered(st, "front_door", manyDelivered(t, 2000)) },
		"decided":   func(st *Staging) error { return storeDecided(st, contacts) },
		"findings":  func(st *Staging) error { return st.Findings(written(someFindings)) },
		"rows": func(st *Staging) error {
			return Rows(st, "measures", Both, slices.Values(newWholeRun().measures))
		},
		"file": func(st *Staging) error {
			f, err := st.File("report.html")
			if err != nil {
				return err
			}
			_, _ = f.Write(make([]byte, 5000)) // a writer that forgets to look
			return f.Close()
		},
		"seal": func(st *Staging) error { return st.Seal(newWholeRun().manifest("run2")) },
	}
	for name, step := range steps {
		for _, room := range []int{0, 100, 3000} {
			st := newStaging(t, s, "run2")
			whole := st.create
			var left atomic.Int64
			left.Store(int64(room))
			st.create = func(name string) (io.WriteCloser, error) {
				f, err := whole(name)
				return fullDisk{f, &left}, err
			}
			err := step(st)
			if name == "seal" && room == 3000 || (name == "findings" || name == "rows") && room == 3000 && err == nil {
				_ = st.Discard()
				continue
			}
			if !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d bytes: got %v", name, room, err)
			}
			if err := st.Seal(newWholeRun().manifest("run2")); err == nil {
				t.Errorf("%s with room for %d bytes: it was sealed", name, room)
			}
			if _, err := st.Publish(); !errors.Is(err, ErrNotSealed) {
				t.Errorf("%s: publish: got %v", name, err)
			}
			if err := st.Discard(); err != nil {
				t.Error(err)
			}
			if after := namesIn(t, s.dir); !slices.Equal(before, after) {
				t.Errorf("%s: got %v, want %v", name, after, before)
			}
		}
	}
	if id, _ := s.Current(); id != "run1" {
		t.Errorf("current run: %s", id)
	}
}

func TestSameRunAgainIsKept(t *testing.T) {
	s := newStore(t)
	newWholeRun().publish(t, s, "run1")
	newWholeRun().publish(t, s, "run2")
	before := namesIn(t, s.dir)
	newWholeRun().publish(t, s, "run1")
	if after := namesIn(t, s.dir); !slices.Equal(before, after) {
		t.Errorf("got %v, want %v", after, before)
	}
	if id, _ := s.Current(); id != "run1" {
		t.Errorf("current run: %s", id)
	}
	other := newWholeRun()
	other.measures = other.measures[:1]
	st := newStaging(t, s, "run1")
	other.write(t, st)
	if err := st.Seal(other.manifest("run1")); err != nil {
		t.Fatal(err)
	}
	_, err := st.Publish()
	wantError(t, err, ErrConflict)
	if err := st.Discard(); err != nil {
		t.Fatal(err)
	}
	if after := namesIn(t, s.dir); !slices.Equal(before, after) {
		t.Errorf("got %v, want %v", after, before)
	}
	if err := os.Remove(filepath.Join(s.dir, runsFolder, "run1", ManifestFile)); err != nil {
		t.Fatal(err)
	}
	st = newStaging(t, s, "run1")
	newWholeRun().write(t, st)
	if err := st.Seal(newWholeRun().manifest("run1")); err != nil {
		t.Fatal(err)
	}
	_, err = st.Publish()
	wantError(t, err, ErrConflict)
	if err := st.Discard(); err != nil {
		t.Fatal(err)
	}
}

func TestSameRunIsTheSameBytes(t *testing.T) {
	read := func() map[string][]byte {
		s := newStore(t)
		st := newStaging(t, s, "run1")
		w := newWholeRun()
		w.write(t, st)
		for _, name := range []string{"persons", "links"} {
			if err := storeDecided(st, makeTable(t, resultSchema(t, name), 3, "", func(int, string) string { return "" })); err != nil {
				t.Fatal(err)
			}
		}
		if err := storeDelivered(st, "other", manyDelivered(t, pages.RowGroupRows+9)); err != nil {
			t.Fatal(err)
		}
		if err := st.Seal(w.manifest("run1")); err != nil {
			t.Fatal(err)
		}
		if _, err := st.Publish(); err != nil {
			t.Fatal(err)
		}
		content := map[string][]byte{}
		for _, name := range namesInRun(t, s, "run1") {
			text, err := os.ReadFile(filepath.Join(s.dir, runsFolder, "run1", name))
			if err != nil {
				t.Fatal(err)
			}
			content[name] = text
		}
		return content
	}
	first := read()
	processors := runtime.GOMAXPROCS(1)
	second := read()
	runtime.GOMAXPROCS(processors)
	for name, content := range first {
		if !bytes.Equal(content, second[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(first) != len(second) || len(first) < 20 {
		t.Errorf("got %d and %d files", len(first), len(second))
	}
}

func TestNamesOutsideTheRunAreRefused(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	for _, name := range []string{"../x", "/x", "a/../../x", "", ".", ManifestFile} {
		if _, err := st.File(name); err == nil {
			t.Errorf("a file %q was started", name)
		}
	}
	if _, err := st.store.Stage("../x"); err == nil {
		t.Error("a run outside the store was staged")
	}
}

func TestOpenFileStopsTheSeal(t *testing.T) {
	st := newStaging(t, newStore(t), "run1")
	f, err := st.File("report.html")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Seal(newWholeRun().manifest("run1")); err == nil {
		t.Error("sealed with an open file")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := st.Seal(newWholeRun().manifest("run1")); err != nil {
		t.Error(err)
	}
	if _, err := st.File("late.txt"); err == nil {
		t.Error("a sealed run took a file")
	}
	if _, err := st.Publish(); err != nil {
		t.Error(err)
	}
}
