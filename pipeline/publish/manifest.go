package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Manifest says what a run is: what went in, how it was set, what came out, and every file with its hash. It
// holds no clock, host, path outside the run, worker count or duration, so that the same run has the same
// bytes. Keys stand in the order of the fields; those of maps are sorted.
type Manifest struct {
	// RunID is the hash of everything that the run depends on; InputsID is the same without the ledger.
	RunID    string `json:"run_id"`
	InputsID string `json:"inputs_id"`
	// Program is the version of frontdoor that made the run.
	Program string `json:"program"`
	// Synthetic marks a run over invented data.
	Synthetic bool      `json:"synthetic"`
	Authority Authority `json:"authority"`
	// AsAt is the only clock of rules and measures, yyyy-mm-dd.
	AsAt   string  `json:"as_at"`
	Period *Period `json:"period,omitempty"`
	// Year is the collection year whose rules were in force.
	Year string `json:"year"`
	// KeyID names the pseudonym key without telling it.
	KeyID    string          `json:"key_id"`
	Settings json.RawMessage `json:"settings,omitempty"`
	// Catalogue holds the SHA-256 of each schema, rule catalogue and measure catalogue by its name.
	Catalogue map[string]string `json:"catalogue,omitempty"`
	// LedgerFrom is the SHA-256 of the ledger that this run started from, or "".
	LedgerFrom string  `json:"ledger_from"`
	Inputs     []Input `json:"inputs,omitempty"`
	// NotDelivered names, by table of the front door, the fields that no file has.
	NotDelivered map[string][]string `json:"not_delivered,omitempty"`
	// Feeds names, for tables of the front door that were not delivered themselves, the lists that they were made
	// of, as collection/table.
	Feeds map[string][]string `json:"feeds,omitempty"`
	// Counts are named figures; verify recounts those it knows from the stored Parquet.
	Counts map[string]int64 `json:"counts,omitempty"`
	// Headline is the sentence that the run is about.
	Headline string `json:"headline,omitempty"`
	// ExitCode is what the run ended with; a repeat ends with the same.
	ExitCode int `json:"exit_code"`
	// Notes say what a reader must know beside the figures, such as what a missing table cost.
	Notes []string `json:"notes,omitempty"`
	// Files are all files of the run but this one and the journal, by path.
	Files []FileEntry `json:"files"`
	// LogicalHash is the SHA-256 over the content of the result tables, whatever the compression or platform.
	LogicalHash string `json:"logical_hash"`
}

// Authority is whose data it is.
type Authority struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Period is a span of days, both ends included, yyyy-mm-dd.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Input is one delivered file: what went in.
type Input struct {
	Collection string `json:"collection"`
	Table      string `json:"table"`
	File       string `json:"file"`
	Sheet      string `json:"sheet,omitempty"`     // of the workbook that the file is
	Authority  string `json:"authority,omitempty"` // whose records it holds, where that is not the run's
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"`
	// Encoding, Separator and LineEnds say how the text is written; a sheet of a workbook has none.
	Encoding  string `json:"encoding,omitempty"`
	Separator string `json:"separator,omitempty"`
	LineEnds  string `json:"line_ends,omitempty"`
	// MissingColumns and ExtraColumns are named, never their content.
	MissingColumns []string `json:"missing_columns,omitempty"`
	ExtraColumns   []string `json:"extra_columns,omitempty"`
}

// FileEntry is one file of a run, with its path inside the run.
type FileEntry struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func (m *Manifest) text() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("write manifest: %w", err)
	}
	return b.Bytes(), nil
}

// readManifest reads a manifest strictly. The error is ErrDamaged.
func readManifest(text []byte) (*Manifest, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	m := &Manifest{}
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("read manifest: %w: %w", err, ErrDamaged)
	}
	return m, nil
}
