package table

// NoCode stands for the code of a text that has none.
const NoCode = 1<<32 - 1

// Together is how many texts are looked up together. Where all of them begin to be sought is settled before the first
// is compared, so that the memory of a large dictionary is waited for once and not for every text.
const Together = 256

// sought is a text on its way to its code.
type sought struct {
	key  key
	home uint32 // where in the hash table the search for it begins
	of   uint32 // its number
}

// Find looks up texts: each stands in data from its begin to its end. It sets their codes, NoCode for a text that has
// none, and passes over those that are empty.
func (d *Dictionary) Find(data []byte, begins, ends, codes []uint32) {
	for len(begins) > Together {
		d.findTogether(data, begins[:Together], ends, codes)
		begins, ends, codes = begins[Together:], ends[Together:], codes[Together:]
	}
	d.findTogether(data, begins, ends, codes)
}

func (d *Dictionary) findTogether(data []byte, begins, ends, codes []uint32) {
	var all [Together]sought
	n, touched := 0, uint32(0)
	for i, begin := range begins {
		end := ends[i]
		if begin == end {
			continue
		}
		k, short := key{}, false
		if int(begin)+shortText <= len(data) {
			k.word, short = shortWord(data[begin:], end-begin)
		}
		if !short {
			k = d.texts.keyOf(data[begin:end])
		}
		if d.counted != nil && k.long == 0 {
			if code := d.counted.find(k.word, end-begin); code != NoCode {
				codes[i] = code
				continue
			}
		}
		home := d.texts.home(k)
		all[n&(Together-1)] = sought{k, home, uint32(i)}
		touched += d.texts.slots[home].next
		n++
	}
	d.texts.touched += touched
	for _, s := range all[:n] {
		at := d.find(data[begins[s.of]:ends[s.of]], s.key, s.home)
		codes[s.of] = d.texts.slots[at].code()
	}
}
