package publish

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/apache/arrow-go/v18/arrow"
	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/publish/sha8"
)

// Staging is a run that is being written. Set its exported fields before the first write. Its methods are
// safe for concurrent use; each name is written once. It ends in Publish or Discard.
type Staging struct {
	// Pseudonyms make the analysis part. Without them every write that needs one fails with ErrNoKey.
	Pseudonyms *Pseudonymiser
	// Version of the program, written into every Parquet file as its maker.
	Version string
	// Synthetic marks every Parquet file as made from invented data.
	Synthetic bool
	// Keep, if set, says where long columns of pseudonyms live: it returns an equal array.
	Keep func(arrow.Array) (arrow.Array, error)

	id     string
	store  *Store
	folder string
	create func(name string) (io.WriteCloser, error) // a failing file system in tests

	mu       sync.Mutex
	files    map[string]FileEntry
	open     map[string]bool   // files that were begun and not yet closed
	logical  map[string]string // table name to the hash of its content
	draft    *Manifest
	sealed   bool
	finished bool
	aliases  aliases
	shared   *sharedChunks
	syncing  errgroup.Group // brings closed files to the disk
}

// analysisNote stands beside the pseudonymised files and in each of them.
const analysisNote = "Pseudonymised is not anonymous: whoever holds the key, or knows enough of a child's dates, can tell who it is. Handle as personal data."

// Stage starts a run under runs/.staging-ID-random. The store must be locked.
func (s *Store) Stage(id string) (*Staging, error) {
	if !isRunID(id) {
		return nil, fmt.Errorf("stage run: the id %q is no folder name", id)
	}
	s.mu.Lock()
	locked := s.locked
	s.mu.Unlock()
	if !locked {
		return nil, fmt.Errorf("stage run: %w; lock it first", ErrNotLocked)
	}
	st := &Staging{
		id: id, store: s, folder: path.Join(runsFolder, stagingPrefix+id+"-"+randomName()),
		files: map[string]FileEntry{}, open: map[string]bool{}, logical: map[string]string{},
	}
	st.create = func(name string) (io.WriteCloser, error) {
		return s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	}
	if err := s.root.Mkdir(st.folder, folderMode); err != nil {
		return nil, fmt.Errorf("stage run: %w", err)
	}
	return st, nil
}

// Folder is where the run is being written: for files that a library keeps while it works, and removes.
func (st *Staging) Folder() string { return filepath.Join(st.store.dir, filepath.FromSlash(st.folder)) }

// File starts a file of the run: name is its path inside the run, with slashes. The file is
// listed in the manifest once it is closed; the journal is not.
func (st *Staging) File(name string) (io.WriteCloser, error) {
	if !fs.ValidPath(name) || name == "." || name == ManifestFile {
		return nil, fmt.Errorf("stage file: %q is no name for a file of a run", name)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.finished || st.sealed && name != JournalFile {
		return nil, fmt.Errorf("stage file %s: the run is sealed", name)
	}
	if _, twice := st.files[name]; twice {
		return nil, fmt.Errorf("stage file %s: it is there already", name)
	}
	if err := st.store.root.MkdirAll(path.Join(st.folder, path.Dir(name)), folderMode); err != nil {
		return nil, fmt.Errorf("stage file %s: %w", name, err)
	}
	f, err := st.create(path.Join(st.folder, name))
	if err != nil {
		return nil, fmt.Errorf("stage file %s: %w", name, err)
	}
	st.files[name], st.open[name] = FileEntry{Path: name}, true
	return &stagedFile{staging: st, name: name, file: f}, nil
}

// stagedFile counts what is written and remembers the first error, so that a writer that forgets one cannot
// close a short file as a whole one.
type stagedFile struct {
	staging *Staging
	name    string
	file    io.WriteCloser
	bytes   int64
	fault   error
	closed  bool
}

func (f *stagedFile) Write(b []byte) (int, error) {
	if f.fault != nil {
		return 0, f.fault
	}
	n, err := f.file.Write(b)
	f.bytes += int64(n)
	if err != nil {
		f.fault = writeFault(f.name, err)
	}
	return n, f.fault
}

// writeFault explains why a file of the run could not be written, by its name inside the run.
func writeFault(name string, err error) error {
	if place, ok := errors.AsType[*fs.PathError](err); ok {
		err = place.Err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("write %s: %w; free some space, or name a store on another disk", name, err)
	}
	return fmt.Errorf("write %s: %w", name, err)
}

func (f *stagedFile) Close() error {
	if f.closed {
		return f.fault
	}
	f.closed = true
	if err := f.file.Close(); err != nil && f.fault == nil {
		f.fault = fmt.Errorf("close %s: %w", f.name, err)
	}
	if f.fault != nil {
		return f.fault
	}
	f.staging.mu.Lock()
	defer f.staging.mu.Unlock()
	f.staging.files[f.name] = FileEntry{Path: f.name, Bytes: f.bytes}
	delete(f.staging.open, f.name)
	f.staging.syncing.Go(func() error { return f.staging.store.syncFile(path.Join(f.staging.folder, f.name)) })
	return nil
}

// Sum works out the SHA-256 of the files that are closed, from what can be read of them: several at once, which takes a
// quarter of the time. Seal does so for those that are left.
func (st *Staging) Sum() error {
	st.mu.Lock()
	var files []FileEntry
	for name, entry := range st.files {
		if entry.SHA256 == "" && !st.open[name] && name != JournalFile {
			files = append(files, entry)
		}
	}
	st.mu.Unlock()
	sums := sumFiles(files, func(name string) (io.ReadCloser, error) { return st.store.root.Open(path.Join(st.folder, name)) })
	st.mu.Lock()
	defer st.mu.Unlock()
	for i, sum := range sums {
		entry := files[i]
		if sum.Err != nil {
			return fmt.Errorf("read %s again: %w", entry.Path, sum.Err)
		}
		if sum.Bytes != entry.Bytes {
			return fmt.Errorf("read %s again: it has %d bytes, and %d were written", entry.Path, sum.Bytes, entry.Bytes)
		}
		entry.SHA256 = hex.EncodeToString(sum.SHA256[:])
		st.files[entry.Path] = entry
	}
	return nil
}

// sumFiles puts the files in the order of their sizes, the longest first, and sums them in that order.
func sumFiles(files []FileEntry, open func(name string) (io.ReadCloser, error)) []sha8.Sum {
	slices.SortFunc(files, func(a, b FileEntry) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Path, b.Path))
	})
	return sha8.Files(len(files), func(i int) (io.ReadCloser, error) { return open(files[i].Path) })
}

// Draft shows m to readers of the staged run before it is sealed. Its tables are stored by then: what they share is let go
// of.
func (st *Staging) Draft(m *Manifest) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.draft = m
	st.aliases.forget()
	st.shared = nil
}

// Reader reads the staged run as it will be read once it is published.
func (st *Staging) Reader() *Run {
	return &Run{ID: st.id, root: st.store.root, folder: st.folder, manifest: func() *Manifest {
		st.mu.Lock()
		defer st.mu.Unlock()
		return st.draft
	}}
}

// Seal fills the file list and the logical hash of m and writes it as the run's manifest. After it only the
// journal can be written.
func (st *Staging) Seal(m *Manifest) error {
	if m.RunID != st.id {
		return fmt.Errorf("seal run: the manifest is of run %s, the staging of run %s", m.RunID, st.id)
	}
	if err := errors.Join(st.note(), st.Sum()); err != nil {
		return fmt.Errorf("seal run: %w", err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.sealed || st.finished {
		return errors.New("seal run: it is sealed already")
	}
	m.Files = nil
	for name, entry := range st.files {
		if name == JournalFile {
			continue
		}
		if st.open[name] {
			return fmt.Errorf("seal run: %s was not closed", name)
		}
		m.Files = append(m.Files, entry)
	}
	slices.SortFunc(m.Files, func(a, b FileEntry) int { return strings.Compare(a.Path, b.Path) })
	m.LogicalHash = runHash(st.logical)
	text, err := m.text()
	if err != nil {
		return err
	}
	f, err := st.create(path.Join(st.folder, ManifestFile))
	if err != nil {
		return fmt.Errorf("seal run: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("seal run: %w", err)
	}
	st.sealed, st.draft = true, m
	return nil
}

// note writes what whoever is handed the analysis part must know.
func (st *Staging) note() error {
	st.mu.Lock()
	needed := slices.ContainsFunc(slices.Collect(maps.Keys(st.files)), func(name string) bool { return strings.HasPrefix(name, string(Analysis)+"/") })
	st.mu.Unlock()
	if !needed {
		return nil
	}
	text := analysisNote + "\n"
	if st.Synthetic {
		text = "Invented data: no record tells of a real person.\n\n" + text
	}
	f, err := st.File(path.Join(string(Analysis), "README.txt"))
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// Publish brings the sealed run to the disk, renames it to its place and makes it the current one. A run of
// the same id and manifest that is there already is kept and the staging dropped; one with another manifest, or
// without a readable one, is ErrConflict. When it fails the staging is still there to be discarded, and the current run is as it was.
func (st *Staging) Publish() (*Run, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.sealed || st.finished {
		return nil, fmt.Errorf("publish run: %w", ErrNotSealed)
	}
	place := path.Join(runsFolder, st.id)
	if there, err := st.store.root.ReadFile(path.Join(place, ManifestFile)); err == nil {
		return st.keep(there)
	} else if _, err := st.store.root.Stat(place); err == nil {
		return nil, st.conflict()
	}
	if err := st.sync(); err != nil {
		return nil, fmt.Errorf("publish run: %w", err)
	}
	if err := st.store.root.Rename(st.folder, place); err != nil {
		return nil, fmt.Errorf("publish run: %w", err)
	}
	st.finished = true
	st.aliases.forget()
	st.shared = nil
	if err := st.store.syncFolder(runsFolder); err != nil {
		return nil, fmt.Errorf("publish run: %w", err)
	}
	return st.makeCurrent()
}

// keep drops the staging in favour of the published run with the manifest there.
func (st *Staging) keep(there []byte) (*Run, error) {
	mine, err := st.draft.text()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(mine, there) {
		return nil, st.conflict()
	}
	_ = st.syncing.Wait() // what could not be synced goes with the rest
	if err := st.store.root.RemoveAll(st.folder); err != nil {
		return nil, fmt.Errorf("publish run: drop staging: %w", err)
	}
	st.finished = true
	return st.makeCurrent()
}

func (st *Staging) conflict() error {
	return fmt.Errorf("publish run %s: %w; verify it, and move its folder away if it is damaged", st.id, ErrConflict)
}

func (st *Staging) makeCurrent() (*Run, error) {
	if err := st.store.SetCurrent(st.id); err != nil {
		return nil, err
	}
	return st.store.Run(st.id)
}

// sync returns once every file and folder of the staging is on the disk. The files are on their way since they
// were closed.
func (st *Staging) sync() error {
	if err := errors.Join(st.syncing.Wait(), st.store.syncFile(path.Join(st.folder, ManifestFile))); err != nil {
		return err
	}
	return fs.WalkDir(st.store.root.FS(), st.folder, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = st.store.syncFolder(name)
		}
		return err
	})
}

// Discard removes the staging and leaves nothing behind. After Publish, or a second time, it does nothing.
func (st *Staging) Discard() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.finished {
		return nil
	}
	st.finished = true
	st.aliases.forget()
	st.shared = nil
	_ = st.syncing.Wait() // a file that could not be synced goes too
	if err := st.store.root.RemoveAll(st.folder); err != nil {
		return fmt.Errorf("discard run: %w", err)
	}
	return nil
}
