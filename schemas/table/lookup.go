package table

// NoCode stands for the code of a text that has none.
const NoCode = 1<<32 - 1

// Together is how many texts are looked up together. Where all of them begin to be sought is settled before the first
// is compared, so that the memory of a large dictionary is waited for once and not for every text.
const Together = 256

// sought are texts on their way to their codes.
type sought struct {
	keys    [Together]key
	entries [Together]uint32 // among those that are counted: the place, then what stands there
	shapes  [Together]uint32
	homes   [Together]uint32 // of those that are left: where in the hash table the search begins
	left    [Together]uint32
}

// Find looks up texts: each stands in data from its begin to its end. It sets their codes, NoCode for a text that has
// none, and passes over those that are empty.
func (d *Dictionary) Find(data []byte, begins, ends, codes []uint32) {
	var s sought
	for len(begins) > 0 {
		n := min(len(begins), Together)
		d.findTogether(&s, data, begins[:n], ends[:n], codes[:n])
		begins, ends, codes = begins[n:], ends[n:], codes[n:]
	}
}

func (d *Dictionary) findTogether(s *sought, data []byte, begins, ends, codes []uint32) {
	isCounted := d.counted != nil && len(d.counted.codes) > 0
	for i, begin := range begins {
		end := ends[i]
		k, short := key{}, false
		if int(begin)+shortText <= len(data) {
			k.word, short = shortWord(data[begin:], end-begin)
		}
		if !short {
			k = d.texts.keyOf(data[begin:end])
		}
		s.keys[i] = k
		if isCounted {
			s.entries[i], s.shapes[i] = 0, countedShapes
			if k.long == 0 && begin < end {
				s.entries[i], s.shapes[i] = d.counted.place(k.word, end-begin)
			}
		}
	}
	left := 0
	if isCounted {
		held := d.counted.codes
		for i, entry := range s.entries[:len(begins)] {
			s.entries[i] = held[entry]
		}
	}
	for i, begin := range begins {
		if begin == ends[i] {
			continue
		}
		codes[i] = NoCode
		if isCounted {
			codes[i] = codeIn(s.entries[i], s.shapes[i])
		}
		if codes[i] == NoCode {
			s.left[left], s.homes[left] = uint32(i), d.texts.home(s.keys[i])
			left++
		}
	}
	touched := uint32(0)
	for _, home := range s.homes[:left] {
		touched += d.texts.slots[home].next
	}
	d.texts.touched += touched
	for j, i := range s.left[:left] {
		at := d.find(data[begins[i]:ends[i]], s.keys[i], s.homes[j])
		codes[i] = d.texts.slots[at].code()
	}
}
