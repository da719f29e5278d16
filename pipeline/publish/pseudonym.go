package publish

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/pages"
	"frontdoor/pipeline/publish/sha8"
	"frontdoor/schemas/table"
)

// base32Letters are those of RFC 4648 in lower case. A pseudonym is pages.SumBytes in base 32: among ten million values of a
// kind two share one with a chance of 1 in 20 billion.
var base32Letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567")

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
	made.add([]byte(value))
	var sum [pages.SumBytes]byte
	writeSum(sum[:], made.hash.Finish()[0])
	return base32Letters.EncodeToString(sum[:])
}

// of returns what makes the pseudonyms of one kind; not safe for concurrent use.
func (p *Pseudonymiser) of(kind string) *pseudonyms {
	head := func(authority string) *sha8.Lead {
		var head sha8.Lead
		for _, part := range []string{kind, authority} {
			head = binary.LittleEndian.AppendUint32(head, uint32(len(part)))
			head = append(head, part...)
		}
		return &head
	}
	made := &pseudonyms{hash: sha8.NewHMAC(p.key), head: head(p.authority), blanks: kind != "upn" && kind != "nhs_number"}
	for _, authority := range p.former {
		made.former = append(made.former, formerHead{lead: []byte(authority + ":"), head: head(authority)})
	}
	return made
}

// formerHead is the head of the identifiers that begin with a lead.
type formerHead struct {
	lead []byte
	head *sha8.Lead
}

// pseudonyms makes the pseudonyms of one kind.
type pseudonyms struct {
	hash   *sha8.HMAC
	head   *sha8.Lead
	former []formerHead
	normal []byte // room for a value that is not normal
	blanks bool   // blanks inside the value count

	lead   *sha8.Lead // head and the length of values of one length
	length int
	sums   []sha8.First
}

// add hands a value to the hash. It tells whether normalising has altered the value, or taken the number of its authority
// from it.
func (p *pseudonyms) add(value []byte) (altered bool) {
	head := p.head
	for _, f := range p.former {
		if bytes.HasPrefix(value, f.lead) {
			head, value, altered = f.head, value[len(f.lead):], true
			break
		}
	}
	if !isNormal(value) {
		p.normal = normalise(p.normal[:0], value, p.blanks)
		altered = altered || !bytes.Equal(p.normal, value)
		value = p.normal
	}
	p.write(head, value)
	return altered
}

// write hands a normal value to the hash.
func (p *pseudonyms) write(head *sha8.Lead, value []byte) {
	room := p.hash.Next(head, 4+len(value))
	binary.LittleEndian.PutUint32(room, uint32(len(value)))
	copy(room[4:], value)
}

// each returns the sums of normal values of n bytes, which stand one behind the other. They are valid until the next are made.
func (p *pseudonyms) each(values []byte, n, count int) []sha8.First {
	if p.length != n || p.lead == nil {
		lead := sha8.Lead(binary.LittleEndian.AppendUint32(slices.Clone(*p.head), uint32(n)))
		p.lead, p.length = &lead, n
	}
	p.sums = slices.Grow(p.sums[:0], count)[:count]
	p.hash.Each(p.lead, values, n, p.sums)
	return p.sums
}

// isNormal tells of most values that normalise leaves them alone: none of their bytes is a blank, a control character,
// a small letter or beyond ASCII.
func isNormal(value []byte) bool {
	if len(value) < 8 {
		for _, b := range value {
			if b <= ' ' || b >= 'a' && b <= 'z' || b >= utf8.RuneSelf {
				return false
			}
		}
		return true
	}
	for at := 0; at < len(value)-8; at += 8 {
		if !normalEight(binary.LittleEndian.Uint64(value[at:])) {
			return false
		}
	}
	return normalEight(binary.LittleEndian.Uint64(value[len(value)-8:]))
}

// normalEight is isNormal of eight bytes. A byte below 128 has its highest bit set by adding 128-n if it is n or more.
func normalEight(eight uint64) bool {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	low := eight &^ highest
	visible := low + (128-'!')*each
	small := (low + (128-'a')*each) &^ (low + (128-'z'-1)*each)
	return (^visible|small|eight)&highest == 0
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

// writeSum writes the first bytes of a sum.
func writeSum(dst []byte, sum sha8.First) {
	_ = dst[pages.SumBytes-1]
	binary.BigEndian.PutUint64(dst, sum[0])
	binary.BigEndian.PutUint16(dst[8:], uint16(sum[1]>>48))
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
	known []*knownArray
}

// knownArray is an array of text with its pseudonyms.
type knownArray struct {
	texts      *array.String
	pseudonyms *array.FixedSizeBinary
	altered    []uint32 // the places of those that normalising has altered
	compare    sync.Once
	firsts     []uint32
}

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

// array returns the pseudonyms of an array of text, where nulls stay null. They live where keep says.
func (k *kindAliases) array(values *array.String, keep func(arrow.Array) (arrow.Array, error)) (*knownArray, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := values.Len()
	var start *knownArray
	from := 0
	for _, known := range k.known {
		shared := table.SharedStart(known.texts, values)
		if shared == n && known.texts.Len() == n {
			return known, nil
		}
		if shared > from {
			from, start = shared, known
		}
	}
	made := &knownArray{texts: values}
	if from > 0 {
		beyond, _ := slices.BinarySearch(start.altered, uint32(from))
		made.altered = slices.Clone(start.altered[:beyond])
		if from == n {
			made.pseudonyms = array.NewSlice(start.pseudonyms, 0, int64(n)).(*array.FixedSizeBinary)
			return made, nil
		}
	}
	data := make([]byte, n*pages.SumBytes)
	if from > 0 {
		copy(data, start.pseudonyms.Data().Buffers()[1].Bytes()[:from*pages.SumBytes])
	}
	k.write(data, made, from)
	made.pseudonyms = pages.SumArray(data, validBits(values), values.NullN())
	if keep != nil {
		kept, err := keep(made.pseudonyms)
		if err != nil {
			return nil, err
		}
		made.pseudonyms = kept.(*array.FixedSizeBinary)
	}
	if values.Data().Offset() == 0 {
		k.known = append(k.known, made)
	}
	return made, nil
}

// write writes the pseudonyms of the texts of an array from one on.
func (k *kindAliases) write(data []byte, made *knownArray, from int) {
	const together = 1024 // rows, so that their sums stay near
	n := made.texts.Len()
	if n == 0 {
		return
	}
	texts, offsets, valid := made.texts.ValueBytes(), made.texts.ValueOffsets(), table.ValidityOf(made.texts)
	start := offsets[0]
	var room [together]int
	for ; from < n; from += together {
		to, count := min(from+together, n), 0
		for row := from; row < to; row++ {
			room[count] = row
			count += btoi(valid.Of(row))
		}
		rows, all := room[:count], texts[offsets[from]-start:offsets[to]-start]
		normal := len(k.made.former) == 0 && isNormal(all)
		var sums []sha8.First
		if length := oneLength(offsets, rows); normal && length*count == len(all) {
			sums = k.made.each(all, length, count)
		} else {
			for _, row := range rows {
				text := texts[offsets[row]-start : offsets[row+1]-start]
				if normal {
					k.made.write(k.made.head, text)
				} else if k.made.add(text) {
					made.altered = append(made.altered, uint32(row))
				}
			}
			sums = k.made.hash.Finish()
		}
		for i, row := range rows {
			writeSum(data[row*pages.SumBytes:], sums[i])
		}
	}
}

// oneLength returns the length of the texts of rows, or -1 where they are not all of one length.
func oneLength(offsets []int32, rows []int) int {
	if len(rows) == 0 {
		return 0
	}
	length := offsets[rows[0]+1] - offsets[rows[0]]
	for _, row := range rows {
		if offsets[row+1]-offsets[row] != length {
			return -1
		}
	}
	return int(length)
}

// firstOfEach returns for each place of an array of distinct texts the first one of the same pseudonym; nil when all
// pseudonyms differ. Only a text that normalising has altered can have become the same as another.
func (k *knownArray) firstOfEach() []uint32 {
	if len(k.altered) == 0 {
		return nil
	}
	k.compare.Do(func() {
		const nowhere = math.MaxUint32
		first := make(map[string]uint32, len(k.altered))
		for _, place := range k.altered {
			first[string(k.pseudonyms.Value(int(place)))] = nowhere
		}
		for i := range k.pseudonyms.Len() {
			if k.pseudonyms.IsNull(i) {
				continue
			}
			text := string(k.pseudonyms.Value(i))
			at, met := first[text]
			switch {
			case !met:
			case at == nowhere:
				first[text] = uint32(i)
			default:
				if k.firsts == nil {
					k.firsts = places(k.pseudonyms.Len())
				}
				k.firsts[i] = at
			}
		}
	})
	return k.firsts
}

// places returns the numbers from 0 to n-1.
func places(n int) []uint32 {
	numbers := make([]uint32, n)
	for i := range numbers {
		numbers[i] = uint32(i)
	}
	return numbers
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
