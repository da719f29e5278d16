package rules

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
)

// Severity says how much a finding matters.
type Severity string

// The severities, most serious first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Query   Severity = "query"
)

// Cell is one place in a delivered file. Value is the text that stood there: nil when the column or element
// was absent, "" when the cell was blank.
type Cell struct {
	Table string  `json:"table"`
	File  string  `json:"file"`
	Sheet string  `json:"sheet,omitempty"` // of the workbook that the file is; blank for any other
	Line  int     `json:"line"`
	Field string  `json:"field"`
	Value *string `json:"value,omitempty"`
}

// Place writes file:line, for a sheet of a workbook file!sheet:line.
func (c Cell) Place() string {
	if c.Sheet == "" {
		return c.File + ":" + strconv.Itoa(c.Line)
	}
	return c.File + "!" + c.Sheet + ":" + strconv.Itoa(c.Line)
}

// Finding is one place where a rule failed. Message never holds a value.
type Finding struct {
	ID         string   `json:"id"`
	Rule       string   `json:"rule"`
	Severity   Severity `json:"severity"`
	Collection string   `json:"collection"`
	Table      string   `json:"table"`
	Message    string   `json:"message"`
	Cells      []Cell   `json:"cells"`
	Local      bool     `json:"local,omitempty"` // its rule is one that a council added
}

// Status is what became of a rule in a run.
type Status string

// The four outcomes of a rule.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped" // a table or column, or the as-at date, was not given: Reason names it
	Broken  Status = "broken"  // our fault, or the limit on its work: Reason says which
)

// Outcome is one rule's result: how many records it looked at and how many findings it made.
type Outcome struct {
	Rule       string   `json:"rule"`
	Title      string   `json:"title"`
	Severity   Severity `json:"severity"`
	Collection string   `json:"collection"`
	Local      bool     `json:"local,omitempty"` // the rule is one that a council added
	Status     Status   `json:"status"`
	Reason     string   `json:"reason,omitempty"`
	Looked     int      `json:"looked"`
	Failures   int      `json:"failures"`
}

// Identifier makes the ids of findings: keyed by the store's key in a run, plain hashes without one. It is
// not safe for concurrent use.
type Identifier struct {
	hash  hash.Hash
	seen  map[[16]byte]int
	parts []byte // each part of an id after its length
	sums  []byte
}

// NewIdentifier returns an identifier; key may be nil.
func NewIdentifier(key []byte) *Identifier {
	h := sha256.New()
	if key != nil {
		h = hmac.New(sha256.New, key)
	}
	return &Identifier{hash: h, seen: map[[16]byte]int{}}
}

// ID returns the id of a finding: 32 hex digits over rule, table, the record's natural key, the flagged fields
// and the occurrence among equals, which is counted here. A record's line is no part of it, so that the id
// stays when rows are added above.
func (i *Identifier) ID(rule, table string, key, fields []string) string {
	i.parts = i.parts[:0]
	i.part(rule)
	i.part(table)
	i.part(strconv.Itoa(len(key)))
	for _, text := range key {
		i.part(text)
	}
	for _, text := range fields {
		i.part(text)
	}
	same := i.sum()
	occurrence := i.seen[same]
	i.seen[same]++
	id := same
	if occurrence > 0 {
		i.part(strconv.Itoa(occurrence))
		id = i.sum()
	}
	return hex.EncodeToString(id[:])
}

func (i *Identifier) part(text string) {
	i.parts = binary.AppendUvarint(i.parts, uint64(len(text)))
	i.parts = append(i.parts, text...)
}

func (i *Identifier) sum() (short [16]byte) {
	i.hash.Reset()
	i.hash.Write(i.parts)
	i.sums = i.hash.Sum(i.sums[:0])
	copy(short[:], i.sums)
	return short
}
