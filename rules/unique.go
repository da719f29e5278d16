package rules

import (
	"context"
	"encoding/binary"
	"hash/maphash"
)

// repeated returns the rows whose keys stand together on more than one of the records looked at, in row order,
// and how many were looked at. A record with a key that is blank or cannot be read equals no other.
//
// Rows are gathered by the hash of their keys; only those whose hash is shared are compared by text.
func (c *checkProgram) repeated(ctx context.Context, w *worker, look func(rows []uint32)) ([]uint32, error) {
	seed := maphash.MakeSeed()
	var rows []uint32
	var hashes []uint64
	err := c.eachKey(ctx, w, nil, look, func(row uint32, key []byte) {
		rows = append(rows, row)
		hashes = append(hashes, maphash.Bytes(seed, key))
	})
	if err != nil {
		return nil, err
	}
	suspects := sharing(rows, hashes)
	if len(suspects) == 0 {
		return nil, nil
	}
	places := map[string]int{} // of the key in groups
	var groups [][]uint32
	err = c.eachKey(ctx, w, suspects, func([]uint32) {}, func(row uint32, key []byte) {
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
	shared := newBits(w.in.rows)
	for _, group := range groups {
		if len(group) > 1 {
			shared.Add(group)
		}
	}
	return shared.Rows(), nil
}

// sharing returns the rows whose hash another row has, in order.
func sharing(rows []uint32, hashes []uint64) []uint32 {
	size := 16
	for size < 2*len(rows) {
		size *= 2
	}
	slots := make([]uint32, size) // open addressing: place+1 of the first row with a hash, or 0
	shared := make([]bool, len(rows))
	mask := uint64(size - 1)
	for i, h := range hashes {
		for slot := h & mask; ; slot = (slot + 1) & mask {
			first := slots[slot]
			if first == 0 {
				slots[slot] = uint32(i) + 1
				break
			}
			if hashes[first-1] == h {
				shared[first-1], shared[i] = true, true
				break
			}
		}
	}
	var suspects []uint32
	for i, row := range rows {
		if shared[i] {
			suspects = append(suspects, row)
		}
	}
	return suspects
}

// eachKey hands over the joined keys of each record that the check applies to and whose keys are all known; the
// bytes last until the next call. It judges the given rows, or all when they are nil, and tells look of those
// it looked at.
func (c *checkProgram) eachKey(ctx context.Context, w *worker, only []uint32, look func([]uint32), take func(row uint32, key []byte)) error {
	var key []byte
	return c.eachChunk(ctx, w, only, func(rows []uint32) {
		look(rows)
		numberKeys, textKeys := make([]numbers, len(c.unique)), make([]texts, len(c.unique))
		for k, node := range c.unique {
			switch node := node.(type) {
			case numberNode:
				numberKeys[k] = w.takeNumbers(len(rows))
				node.numbers(w, rows, numberKeys[k])
			case textNode:
				textKeys[k] = w.takeTexts(len(rows))
				node.texts(w, rows, textKeys[k])
			}
		}
		for i, row := range rows {
			key = key[:0]
			known := uint8(1)
			for k := range c.unique {
				if textKeys[k].values == nil {
					known &= numberKeys[k].known[i]
					key = binary.LittleEndian.AppendUint64(key, uint64(numberKeys[k].values[i]))
					continue
				}
				if known &= textKeys[k].known[i]; known == 1 {
					key = binary.LittleEndian.AppendUint32(key, uint32(len(textKeys[k].values[i])))
					key = append(key, textKeys[k].values[i]...)
				}
			}
			if known == 1 {
				take(row, key)
			}
		}
		for k := range c.unique {
			if textKeys[k].values == nil {
				w.dropNumbers(numberKeys[k])
			} else {
				w.dropTexts(textKeys[k])
			}
		}
	})
}
