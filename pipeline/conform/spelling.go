package conform

import (
	"bytes"
	"strings"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// spelling turns the ways in which a value is written into the code that they mean. Every distinct text is looked
// up once.
type spelling struct {
	set      *schemas.CodeSet
	flags    bool              // texts may be JSON objects of flags
	loose    bool              // texts that the set does not have are compared loosely
	values   map[string]string // declared by the delivery, by what is delivered
	seen     *table.Dictionary
	codes    []string // by the code of seen
	same     []bool   // the text is the code as it is written
	unmapped []bool
	places   []uint32 // of those that are the code as it is written: its place in the column's dictionary, once it has one
	lettered [2]bool  // codes without, and with, the letter of their list were met
	mixed    bool     // the last text is the first of the other of these ways
}

// of returns the number of a text among those seen.
func (s *spelling) of(text []byte) uint32 {
	n := s.seen.Code(text)
	if int(n) == len(s.codes) {
		meant, known := s.find(string(text))
		s.codes, s.same, s.unmapped = append(s.codes, meant), append(s.same, meant == string(text)), append(s.unmapped, !known)
		s.places = append(s.places, table.NoCode)
		if s.loose && known {
			s.meet(hasLetter(text))
		}
	}
	return n
}

// placesOf sets the places of texts that are codes as they are written, and NoCode for others and for new ones.
func (s *spelling) placesOf(cells *run, codes []uint32) {
	s.seen.Find(cells.data, cells.begin, cells.end, codes)
	for i, n := range codes {
		if n != table.NoCode && cells.begin[i] < cells.end[i] {
			codes[i] = s.places[n]
		}
	}
}

// meet notes in which way a code is written.
func (s *spelling) meet(lettered bool) {
	way := 0
	if lettered {
		way = 1
	}
	s.mixed = !s.lettered[way] && s.lettered[1-way]
	s.lettered[way] = true
}

// hasLetter tells whether a text begins with a letter of a list, such as "q) 6: Police".
func hasLetter(text []byte) bool {
	end := bytes.IndexByte(text, ')')
	return end == 1 || end == 2 && len(bytes.Trim(bytes.ToLower(text[:end]), "abcdefghijklmnopqrstuvwxyz")) == 0
}

// find returns what a text means: what the delivery declares, a code, the flags of an object, another spelling. A
// text that means nothing that is known stands for itself.
func (s *spelling) find(text string) (meant string, known bool) {
	if declared, ok := s.values[Folded(text)]; ok {
		return declared, true
	}
	if s.set == nil {
		return text, len(s.values) == 0
	}
	if s.set.Has(text) {
		return text, true
	}
	if s.flags {
		if code, ok := flagged(s.set, text); ok {
			return code, true
		}
	}
	if s.loose {
		if code, ok := s.set.Resolve(text); ok {
			return code, true
		}
		return text, false
	}
	return text, len(s.values) == 0 && !s.flags
}

// Folded is the form in which delivered values are compared with those of a mapping: case and blanks do not matter.
func Folded(value string) string { return strings.Join(strings.Fields(strings.ToLower(value)), " ") }

// spellingOf returns how the values of a field are read, or nil when they are taken as they are written.
func spellingOf(f *schemas.Field, options *Options) *spelling {
	values := options.Values[f.Name]
	if !f.Loose && !f.Flags && values == nil {
		return nil
	}
	s := &spelling{loose: f.Loose, flags: f.Flags, values: values, seen: table.NewDictionary()}
	if f.Codes != "" {
		if set, err := schemas.LoadCodeSet(f.Codes); err == nil { // the schema was checked when it was read
			s.set = set
		}
	}
	return s
}
