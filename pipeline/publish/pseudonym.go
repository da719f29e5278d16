package publish

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/hmac8"
	"frontdoor/schemas/table"
)

// pseudonymLength is the length of a pseudonym: 10 bytes in base 32. Among ten million values of a kind two share
// one with a chance of 1 in 20 billion.
const pseudonymLength = 16

// Pseudonymiser turns identifiers into pseudonyms: the same kind, authority, key and value give the same one.
// It is safe for concurrent use.
type Pseudonymiser struct {
	key       []byte
	authority string
	former    []string // authorities that became part of it
}

// NewPseudonymiser returns a pseudonymiser for one authority. An identifier that begins with the number of one of those
// that became part of it and a colon gets the pseudonym that it had there. The error is ErrNoKey when the key is not of
// KeyBytes.
func NewPseudonymiser(key []byte, authority string, former ...string) (*Pseudonymiser, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("make pseudonyms: the key has %d bytes, want %d: %w", len(key), KeyBytes, ErrNoKey)
	}
	return &Pseudonymiser{key: bytes.Clone(key), authority: authority, former: former}, nil
}

// Of returns the pseudonym of one value: 16 characters, the first 10 bytes of the HMAC-SHA-256 over kind,
// authority and the normalised value, each led by its length in 4 bytes, the lowest first: short, so that the whole
// mostly fits one block of the hash.
func (p *Pseudonymiser) Of(kind, value string) string {
	made := p.of(kind)
	var sum [hmac8.SumBytes]byte
	made.add([]byte(value), &sum)
	made.hash.Finish()
	return string(appendBase32(nil, &sum))
}

// of returns what makes the pseudonyms of one kind; not safe for concurrent use.
func (p *Pseudonymiser) of(kind string) *pseudonyms {
	head := func(authority string) (head []byte) {
		for _, part := range []string{kind, authority} {
			head = binary.LittleEndian.AppendUint32(head, uint32(len(part)))
			head = append(head, part...)
		}
		return head
	}
	made := &pseudonyms{hash: hmac8.New(p.key), head: head(p.authority), blanks: kind != "upn" && kind != "nhs_number"}
	for _, authority := range p.former {
		made.former = append(made.former, formerHead{lead: []byte(authority + ":"), head: head(authority)})
	}
	return made
}

// formerHead is the head of the identifiers that begin with a lead.
type formerHead struct{ lead, head []byte }

// pseudonyms makes the pseudonyms of one kind.
type pseudonyms struct {
	hash    *hmac8.Hasher
	head    []byte
	former  []formerHead
	text    []byte
	blanks  bool // blanks inside the value count
	changed bool // normalising has altered a value
}

// add writes the first bytes of the HMAC of a value to sum, by the time the hash has finished.
func (p *pseudonyms) add(value []byte, sum *[hmac8.SumBytes]byte) {
	head := p.head
	for _, f := range p.former {
		if bytes.HasPrefix(value, f.lead) {
			head, value = f.head, value[len(f.lead):]
			break
		}
	}
	p.text = append(p.text[:0], head...)
	at := len(p.text)
	p.text = append(p.text, 0, 0, 0, 0)
	p.text = normalise(p.text, value, p.blanks)
	p.changed = p.changed || !bytes.Equal(p.text[at+4:], value)
	binary.LittleEndian.PutUint32(p.text[at:], uint32(len(p.text)-at-4))
	p.hash.Add(p.text, sum)
}

// normalise appends value trimmed and in upper case, and without any blanks unless they count.
func normalise(dst, value []byte, blanks bool) []byte {
	value = bytes.TrimSpace(value)
	for _, b := range value {
		if b >= utf8.RuneSelf {
			folded := strings.ToUpper(string(value))
			if !blanks {
				folded = strings.Join(strings.Fields(folded), "")
			}
			return append(dst, folded...)
		}
	}
	for _, b := range value {
		switch {
		case b >= 'a' && b <= 'z':
			dst = append(dst, b-'a'+'A')
		case !blanks && (b == ' ' || b >= '\t' && b <= '\r'):
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// appendBase32 appends the first 10 bytes of a sum as 16 letters and digits: RFC 4648, lower case.
func appendBase32(dst []byte, sum *[hmac8.SumBytes]byte) []byte {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	high, low := binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])
	for range pseudonymLength {
		dst = append(dst, alphabet[high>>59])
		high, low = high<<5|low>>59, low<<5
	}
	return dst
}

// textBytes views text as bytes that must not be changed.
func textBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// aliases remembers the pseudonyms of a run by kind, because the tables of a run name the same children and
// contacts over and over, mostly in the same order: a text that stands at the same place of an array as before is
// not hashed again. It is safe for concurrent use.
type aliases struct {
	mu    sync.Mutex
	kinds map[string]*kindAliases
}

type kindAliases struct {
	mu    sync.Mutex
	made  *pseudonyms
	known []knownArray
}

// knownArray is an array of text with its pseudonyms.
type knownArray struct{ texts, pseudonyms *array.String }

func (a *aliases) of(p *Pseudonymiser, kind string) *kindAliases {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kinds == nil {
		a.kinds = map[string]*kindAliases{}
	}
	k := a.kinds[kind]
	if k == nil {
		k = &kindAliases{made: p.of(kind)}
		a.kinds[kind] = k
	}
	return k
}

// forget lets go of the remembered values.
func (a *aliases) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kinds = nil
}

// array returns the pseudonyms of an array of text, where nulls stay null, and whether different texts may
// have become the same. They live where keep says.
func (k *kindAliases) array(values *array.String, keep func(arrow.Array) (arrow.Array, error)) (pseudonyms *array.String, merged bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := values.Len()
	from := 0
	offsets := make([]int32, 1, n+1)
	data := make([]byte, 0, (n-values.NullN())*pseudonymLength)
	for _, known := range k.known {
		shared := table.SharedStart(known.texts, values)
		if shared == n && known.texts.Len() == n {
			return known.pseudonyms, k.made.changed, nil
		}
		if shared > from {
			from = shared
			offsets = append(offsets[:0], known.pseudonyms.ValueOffsets()[:from+1]...)
			data = append(data[:0], known.pseudonyms.ValueBytes()[:offsets[from]]...)
		}
	}
	var sums [1024][hmac8.SumBytes]byte
	for from := from; from < n; from += len(sums) {
		rows := min(len(sums), n-from)
		for i := range rows {
			if values.IsValid(from + i) {
				k.made.add(textBytes(values.Value(from+i)), &sums[i])
			}
		}
		k.made.hash.Finish()
		for i := range rows {
			if values.IsValid(from + i) {
				data = appendBase32(data, &sums[i])
			}
			offsets = append(offsets, int32(len(data)))
		}
	}
	pseudonyms = table.StringArray(offsets, data, validBits(values), values.NullN())
	if keep != nil {
		kept, err := keep(pseudonyms)
		if err != nil {
			return nil, false, err
		}
		pseudonyms = kept.(*array.String)
	}
	if from < n && values.Data().Offset() == 0 {
		k.known = append(k.known, knownArray{values, pseudonyms})
	}
	return pseudonyms, k.made.changed, nil
}

// validBits returns the bitmap of valid values from bit 0, or nil when none is null.
func validBits(a arrow.Array) []byte {
	if a.NullN() == 0 {
		return nil
	}
	if a.Data().Offset()%8 == 0 {
		return a.NullBitmapBytes()[a.Data().Offset()/8:]
	}
	bits := make([]byte, (a.Len()+7)/8)
	for i := range a.Len() {
		if a.IsValid(i) {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return bits
}
