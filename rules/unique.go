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
	var hashes []uint64
	err := c.eachKey(w, c.unique, nil, look, func(row uint32, key []byte) {
		rows = append(rows, row)
		hashes = append(hashes, maphash.Bytes(seed, key))
	})
	if err != nil {
		return nil, err
	}
	suspects, sizes := sharing(rows, hashes, c.atMost)
	if len(suspects) == 0 {
		return nil, nil
	}
	places := map[string]int{} // of the key in groups
	var groups [][]uint32
	err = c.eachKey(w, c.unique, suspects, func([]uint32) {}, func(row uint32, key []byte) {
		place, known := places[string(key)]
		if !known {
			place = len(groups)
			places[string(key)] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], row)
	})
	if err != nil {
		return nil, err
	}
	allowed := max(c.atMost, c.timesUsual*usual(sizes))
	shared := newBits(w.in.rows)
	for _, group := range groups {
		if len(group) > allowed {
			shared.Add(group)
		}
	}
	return shared.Rows(), nil
}

// usual returns how many records other values have than those of one large group: the middle of their numbers, or
// the lower of the two in the middle. Sizes holds that of every group, the large one's too; a group below the middle
// is never large.
func usual(sizes []int) int {
	if len(sizes) < 2 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[(len(sizes)-2)/2]
}

// sharing returns the rows whose hash more than atMost rows have, in order, and how many rows each hash has.
func sharing(rows []uint32, hashes []uint64, atMost int) (suspects []uint32, sizes []int) {
	size := 16
	for size < 2*len(rows) {
		size *= 2
	}
	slots := make([]uint32, size) // open addressing: place+1 of the first row with a hash, or 0
	first, count := make([]uint32, len(rows)), make([]uint32, len(rows))
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
	for i, row := range rows {
		if first[i] == uint32(i) {
			sizes = append(sizes, int(count[i]))
		}
		if int(count[first[i]]) > atMost {
			suspects = append(suspects, row)
		}
	}
	return suspects, sizes
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
