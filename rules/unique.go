package rules

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// repeated returns the rows whose keys stand together on more of the records looked at than may agree, in row order,
// and how many were looked at. A record with a key that is blank or cannot be read equals no other.
//
// Rows are gathered by the hash of their keys; only those whose hash too many share are compared by text.
func (c *checkProgram) repeated(w *worker, look func(rows []uint32)) ([]uint32, error) {
	seed := maphash.MakeSeed()
	var rows []uint32
	var hashes, others []uint64 // of the key, and of its values but the first
	err := c.eachKey(w, c.unique, nil, look, func(row uint32, key []byte) {
		rows = append(rows, row)
		hashes = append(hashes, maphash.Bytes(seed, key))
		if c.timesUsual > 0 {
			others = append(others, maphash.Bytes(seed, key[c.firstLength(key):]))
		}
	})
	if err != nil {
		return nil, err
	}
	first, count := agreeing(hashes)
	var suspects []uint32
	for i, row := range rows {
		if int(count[first[i]]) > c.atMost {
			suspects = append(suspects, row)
		}
	}
	if len(suspects) == 0 {
		return nil, nil
	}
	var usual map[uint64]int
	if c.timesUsual > 0 {
		usual = usually(first, count, others)
	}
	type group struct {
		rows    []uint32
		allowed int
	}
	places := map[string]int{} // of the key in groups
	var groups []group
	err = c.eachKey(w, c.unique, suspects, func([]uint32) {}, func(row uint32, key []byte) {
		place, known := places[string(key)]
		if !known {
			place = len(groups)
			places[string(key)] = place
			allowed := c.atMost
			if c.timesUsual > 0 {
				allowed = max(allowed, c.timesUsual*usual[maphash.Bytes(seed, key[c.firstLength(key):])])
			}
			groups = append(groups, group{allowed: allowed})
		}
		groups[place].rows = append(groups[place].rows, row)
	})
	if err != nil {
		return nil, err
	}
	shared := newBits(w.in.rows)
	for _, g := range groups {
		if len(g.rows) > g.allowed {
			shared.Add(g.rows)
		}
	}
	return shared.Rows(), nil
}

// firstLength is the length of the first value in a joined key.
func (c *checkProgram) firstLength(key []byte) int {
	if _, number := c.unique[0].(numberNode); number {
		return 8
	}
	return 4 + int(binary.LittleEndian.Uint32(key))
}

// usually returns, by the hash of a key's values but the first, how many records a first value usually has beside
// them: the middle of their numbers without that of one large group, or the lower of the two in the middle; 0 where
// there is no other. A group below the middle is never large.
func usually(first, count []uint32, others []uint64) map[uint64]int {
	sizes := map[uint64][]int{}
	for i, f := range first {
		if int(f) == i {
			sizes[others[i]] = append(sizes[others[i]], int(count[i]))
		}
	}
	usual := make(map[uint64]int, len(sizes))
	for key, of := range sizes {
		if len(of) > 1 {
			slices.Sort(of)
			usual[key] = of[(len(of)-2)/2]
		}
	}
	return usual
}

// agreeing returns for each row the first one with the same hash, and for the first ones how many have it.
func agreeing(hashes []uint64) (first, count []uint32) {
	size := 16
	for size < 2*len(hashes) {
		size *= 2
	}
	slots := make([]uint32, size) // open addressing: place+1 of the first row with a hash, or 0
	first, count = make([]uint32, len(hashes)), make([]uint32, len(hashes))
	mask := uint64(size - 1)
	for i, h := range hashes {
		slot := h & mask
		for slots[slot] != 0 && hashes[slots[slot]-1] != h {
			slot = (slot + 1) & mask
		}
		if slots[slot] == 0 {
			slots[slot] = uint32(i) + 1
		}
		first[i] = slots[slot] - 1
		count[first[i]]++
	}
	return first, count
}

// eachKey hands over the joined values of each record that the check applies to and whose values are all known;
// the bytes last until the next call. It judges the given rows, or all when they are nil, and tells look of those
// it looked at.
func (c *checkProgram) eachKey(w *worker, values []any, only []uint32, look func([]uint32), take func(row uint32, key []byte)) error {
	var key []byte
	return c.eachChunk(w, only, func(at *lanes) {
		look(at.rows[0])
		keys := takeKeys(w, values, at)
		for i, row := range at.rows[0] {
			if key = keys.join(key[:0], i); key != nil {
				take(row, key)
			}
		}
		keys.drop(w)
	})
}

// keys are values of some lanes that are compared together.
type keys struct {
	numbers []numbers
	texts   []texts // without values where the key is a number
}

func takeKeys(w *worker, values []any, at *lanes) keys {
	k := keys{make([]numbers, len(values)), make([]texts, len(values))}
	for i, node := range values {
		switch node := node.(type) {
		case numberNode:
			k.numbers[i] = w.takeNumbers(at.n)
			node.numbers(w, at, k.numbers[i])
		case textNode:
			k.texts[i] = w.takeTexts(at.n)
			node.texts(w, at, k.texts[i])
		}
	}
	return k
}

// join appends the values of a lane to key, or returns nil when one is unknown. Different values make different
// keys.
func (k keys) join(key []byte, lane int) []byte {
	if key == nil {
		key = make([]byte, 0, 32)
	}
	for i, text := range k.texts {
		if text.values == nil {
			if k.numbers[i].known[lane] == 0 {
				return nil
			}
			key = binary.LittleEndian.AppendUint64(key, uint64(k.numbers[i].values[lane]))
			continue
		}
		if text.known[lane] == 0 {
			return nil
		}
		key = binary.LittleEndian.AppendUint32(key, uint32(len(text.values[lane])))
		key = append(key, text.values[lane]...)
	}
	return key
}

func (k keys) drop(w *worker) {
	for i, text := range k.texts {
		if text.values == nil {
			w.dropNumbers(k.numbers[i])
		} else {
			w.dropTexts(text)
		}
	}
}
