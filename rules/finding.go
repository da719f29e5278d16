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
	sums     Sums
	seen     map[[16]byte]int
	messages []byte // one behind the other
	ends     []int
	made     [][16]byte
	again    []int // which of them were met before
	texts    []byte
}

// Sums sums messages, best many at once: Finish returns the first bytes of the SHA-256, or of the HMAC under a key, of
// those that were added since it was last called, in their order. They are valid until the next message.
type Sums interface {
	Add(message []byte)
	Finish() [][16]byte
}

// NewIdentifier returns an identifier; key may be nil.
func NewIdentifier(key []byte) *Identifier {
	h := sha256.New()
	if key != nil {
		h = hmac.New(sha256.New, key)
	}
	return NewIdentifierOf(&singly{hash: h})
}

// NewIdentifierOf returns the identifier of what sums messages under the store's key.
func NewIdentifierOf(sums Sums) *Identifier {
	return &Identifier{sums: sums, seen: map[[16]byte]int{}}
}

// singly sums one message after the other.
type singly struct {
	hash  hash.Hash
	sum   []byte
	sums  [][16]byte
	ended bool
}

func (s *singly) Add(message []byte) {
	if s.ended {
		s.sums, s.ended = s.sums[:0], false
	}
	s.hash.Reset()
	s.hash.Write(message)
	s.sum = s.hash.Sum(s.sum[:0])
	s.sums = append(s.sums, [16]byte(s.sum))
}

func (s *singly) Finish() [][16]byte {
	if s.ended {
		return nil
	}
	s.ended = true
	return s.sums
}

// ID returns the id of a finding: 32 hex digits over rule, table, the record's natural key, the flagged fields
// and the occurrence among equals, which is counted here. A record's line is no part of it, so that the id
// stays when rows are added above.
func (i *Identifier) ID(rule, table string, key, fields []string) string {
	i.add(rule, table, key, fields)
	return i.ids()
}

// idLength is the length of an id.
const idLength = 32

// add adds what the next id is made of.
func (i *Identifier) add(rule, table string, key, fields []string) {
	i.part(rule)
	i.part(table)
	i.part(strconv.Itoa(len(key)))
	for _, text := range key {
		i.part(text)
	}
	for _, text := range fields {
		i.part(text)
	}
	i.ends = append(i.ends, len(i.messages))
}

func (i *Identifier) part(text string) {
	i.messages = binary.AppendUvarint(i.messages, uint64(len(text)))
	i.messages = append(i.messages, text...)
}

// ids returns the ids of what was added, one behind the other.
func (i *Identifier) ids() string {
	from := 0
	for _, end := range i.ends {
		i.sums.Add(i.messages[from:end])
		from = end
	}
	i.made, i.again = append(i.made[:0], i.sums.Finish()...), i.again[:0]
	for n, id := range i.made {
		occurrence := i.seen[id]
		i.seen[id]++
		if occurrence == 0 {
			continue
		}
		if from = 0; n > 0 {
			from = i.ends[n-1]
		}
		first := len(i.messages)
		i.messages = append(i.messages, i.messages[from:i.ends[n]]...)
		i.part(strconv.Itoa(occurrence))
		i.sums.Add(i.messages[first:])
		i.again = append(i.again, n)
	}
	for k, id := range i.sums.Finish()[:len(i.again)] {
		i.made[i.again[k]] = id
	}
	i.texts = i.texts[:0]
	for _, id := range i.made {
		i.texts = hex.AppendEncode(i.texts, id[:])
	}
	i.messages, i.ends = i.messages[:0], i.ends[:0]
	return string(i.texts)
}
