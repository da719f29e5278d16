package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// AccessEntry says who looked at originals.
type AccessEntry struct {
	Time   string `json:"time"` // RFC 3339, given by the caller
	User   string `json:"user"`
	Run    string `json:"run"`
	Table  string `json:"table"`
	Rows   int64  `json:"rows"` // how many were shown
	Reason string `json:"reason"`
}

// LogAccess appends an entry to the store's access log, which is only ever appended to, and returns once it is
// on the disk. Show originals only after it returned without error.
func (s *Store) LogAccess(entry AccessEntry) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("log access: %w", err)
	}
	s.access.Lock()
	defer s.access.Unlock()
	f, err := s.root.OpenFile(accessFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, fileMode)
	if err != nil {
		return fmt.Errorf("log access: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("log access: %w", err)
	}
	return nil
}
