// Package publish keeps the runs of the pipeline: decided tables, findings, outcomes and measures walk in;
// Parquet files that other programs open, a manifest that names every one of them, and a reader walk out.
//
// A store is a folder:
//
//	DIR/current             the id of the run that counts, as text
//	DIR/lock                held by the run that is writing
//	DIR/access.jsonl        who looked at originals, and why
//	DIR/runs/ID/            one run
//	    manifest.json       settings, counts, and size and SHA-256 of every other file
//	    restricted/         originals: names, identifiers, raw text
//	    analysis/           the same with pseudonyms, months and postcode districts, without free text
//	    catalogue/          the schemas, rules and measures that the run used
//	    report.html
//	    journal.jsonl       times, host, workers; the only file that is not in the manifest
//
// The promise: a run is published whole or not at all, the last good one stands until then, the same input
// gives the same bytes, and what the manifest says can be checked against what is stored.
package publish

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"
)

// The causes that a caller may test for, with the exit code that each becomes.
var (
	ErrNoStore   = errors.New("no store here")                                // 10
	ErrNoRun     = errors.New("no such run")                                  // 10
	ErrLocked    = errors.New("another run holds the store")                  // 11
	ErrDamaged   = errors.New("the store is damaged")                         // 12
	ErrConflict  = errors.New("a run of this id with other content is there") // 12
	ErrNoKey     = errors.New("no pseudonym key")                             // 4
	ErrNoTable   = errors.New("no such table")                                // 4
	ErrNotLocked = errors.New("the store is not locked")                      // a fault of the program
	ErrNotSealed = errors.New("the run has no manifest yet")                  // a fault of the program
)

const (
	fileMode   = 0o600
	folderMode = 0o700

	currentFile   = "current"
	lockFile      = "lock"
	accessFile    = "access.jsonl"
	runsFolder    = "runs"
	stagingPrefix = ".staging-"
	newCurrent    = ".current-"
	// ManifestFile is the file of a run that names all others.
	ManifestFile = "manifest.json"
	// JournalFile is the file of a run that is in no manifest: times, host, workers.
	JournalFile = "journal.jsonl"
)

// Store is a folder of runs. Its methods are safe for concurrent use.
type Store struct {
	dir  string
	root *os.Root

	mu     sync.Mutex
	locked bool
	access sync.Mutex
}

// Open opens a store for reading. The error is ErrNoStore when dir holds no run.
func Open(dir string) (*Store, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open store: %w; run frontdoor with this store first", ErrNoStore)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{dir: dir, root: root}
	runs, err := s.Runs()
	if err == nil && len(runs) == 0 {
		err = fmt.Errorf("open store: %w; run frontdoor with this store first", ErrNoStore)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return s, nil
}

// Create opens a store for writing and makes it if need be.
func Create(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, runsFolder), folderMode); err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	return &Store{dir: dir, root: root}, nil
}

// Close lets go of the folder. Runs and stagings of the store are of no use after it.
func (s *Store) Close() error { return s.root.Close() }

// Lock takes the store for writing and removes what killed runs left behind. The error is ErrLocked when
// another process, or another part of this one, holds it. The system frees the lock when the process dies.
func (s *Store) Lock() (release func() error, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock := flock.New(filepath.Join(s.dir, lockFile), flock.SetPermissions(fileMode))
	taken, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	if !taken {
		return nil, fmt.Errorf("lock store: %w; wait until it ends and start again", ErrLocked)
	}
	if err := s.sweep(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.locked = true
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.locked = false
		return lock.Close()
	}, nil
}

// sweep removes the half-written folders and files of runs that were killed.
func (s *Store) sweep() error {
	for folder, prefix := range map[string]string{runsFolder: stagingPrefix, ".": newCurrent} {
		entries, err := fs.ReadDir(s.root.FS(), folder)
		if err != nil {
			return fmt.Errorf("list store: %w", err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), prefix) {
				if err := s.root.RemoveAll(path.Join(folder, e.Name())); err != nil {
					return fmt.Errorf("remove left-over: %w", err)
				}
			}
		}
	}
	return nil
}

// Runs returns the ids of all published runs, sorted.
func (s *Store) Runs() ([]string, error) {
	entries, err := fs.ReadDir(s.root.FS(), runsFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Current returns the id of the run that counts, or "" when there is none.
func (s *Store) Current() (string, error) {
	text, err := s.root.ReadFile(currentFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read current run: %w", err)
	}
	id := strings.TrimSpace(string(text))
	if !isRunID(id) {
		return "", fmt.Errorf("read current run: the file %q does not hold a run id: %w; write the id of a folder under runs into it", currentFile, ErrDamaged)
	}
	return id, nil
}

// SetCurrent makes id the run that counts: written beside, synced and renamed, so that a reader sees the old
// id or the new one.
func (s *Store) SetCurrent(id string) error {
	if !isRunID(id) {
		return fmt.Errorf("set current run: %w", ErrNoRun)
	}
	if _, err := s.root.Stat(path.Join(runsFolder, id, ManifestFile)); err != nil {
		return fmt.Errorf("set current run %s: %w", id, ErrNoRun)
	}
	name := newCurrent + randomName()
	err := s.writeSynced(name, []byte(id+"\n"))
	if err == nil {
		err = s.root.Rename(name, currentFile)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("set current run: %w", err), s.removeIfThere(name))
	}
	return s.syncFolder(".")
}

// Run opens a published run; "" means the current one. The error is ErrNoRun when there is no such run, and
// ErrDamaged when its manifest cannot be read.
func (s *Store) Run(id string) (*Run, error) {
	if id == "" {
		current, err := s.Current()
		if err != nil {
			return nil, err
		}
		if current == "" {
			return nil, fmt.Errorf("open current run: %w; no run has been published", ErrNoRun)
		}
		id = current
	}
	if !isRunID(id) {
		return nil, fmt.Errorf("open run: %w; list the folders under runs", ErrNoRun)
	}
	folder := path.Join(runsFolder, id)
	if _, err := s.root.Stat(folder); err != nil {
		return nil, fmt.Errorf("open run %s: %w; list the folders under runs", id, ErrNoRun)
	}
	text, err := s.root.ReadFile(path.Join(folder, ManifestFile))
	if err != nil {
		return nil, fmt.Errorf("open run %s: read manifest: %w: %w", id, err, ErrDamaged)
	}
	m, err := readManifest(text)
	if err != nil {
		return nil, fmt.Errorf("open run %s: %w", id, err)
	}
	return &Run{ID: id, root: s.root, folder: folder, manifest: func() *Manifest { return m }}, nil
}

// isRunID tells whether id can be the name of a run's folder.
func isRunID(id string) bool {
	if id == "" || strings.HasPrefix(id, ".") {
		return false
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.') {
			return false
		}
	}
	return true
}

func randomName() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// writeSynced writes a new file and returns once it is on the disk.
func (s *Store) writeSynced(name string, content []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Scratch is a file for working memory, readable by its owner only and without a name: it is gone when it is closed, and
// when the program ends. Its errors say what to do when the disk is full, as those of all files of the store.
type Scratch struct{ *os.File }

// Scratch returns a new file for working memory.
func (s *Store) Scratch() (*Scratch, error) {
	name := path.Join(runsFolder, stagingPrefix+randomName())
	f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, fmt.Errorf("make scratch file: %w", err)
	}
	if err := s.root.Remove(name); err != nil {
		return nil, errors.Join(fmt.Errorf("make scratch file: %w", err), f.Close())
	}
	return &Scratch{f}, nil
}

func (s *Scratch) WriteAt(b []byte, at int64) (int, error) {
	n, err := s.File.WriteAt(b, at)
	return n, scratchFault(err)
}

func (s *Scratch) Truncate(size int64) error { return scratchFault(s.File.Truncate(size)) }

func scratchFault(err error) error {
	if err == nil {
		return nil
	}
	return writeFault("scratch file", err)
}

// syncFile returns once the content of a file is on the disk.
func (s *Store) syncFile(name string) error {
	f, err := s.root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncFolder returns once the names in a folder are on the disk. Windows has no such call and needs none.
func (s *Store) syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

func (s *Store) removeIfThere(name string) error {
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
