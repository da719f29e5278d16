package rules

// The fields that a check reads are the nodes here: each reads its column, for every lane, of the record that the lane sees.

type numberField struct{ slot int }

func (n numberField) numbers(w *worker, at *lanes, out numbers) {
	c := &w.in.columns[n.slot]
	if first, ok := c.run(at); ok {
		if c.integers != nil {
			copy(out.values, c.integers[first:])
		} else {
			widen(out.values, c.days[first:])
		}
		c.holds(first, out.known)
		return
	}
	rows, link, made := c.see(w, at)
	if c.integers != nil {
		load(c, c.integers, rows, link, out)
	} else {
		load(c, c.days, rows, link, out)
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

func load[T int32 | int64](c *column, from []T, rows []uint32, link []int32, out numbers) {
	switch {
	case link == nil && c.bits == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), 1
		}
	case link == nil:
		for i, row := range rows {
			out.values[i], out.known[i] = int64(from[row]), bit(c.bits, c.bitsFrom+int(row))
		}
	default:
		for i, row := range rows {
			place := link[row]
			if place < 0 {
				out.known[i] = 0
				continue
			}
			out.values[i], out.known[i] = int64(from[place]), c.valid(place)
		}
	}
}

// momentField is datetime() of a field: the seconds since 1970, known where the time is.
type momentField struct{ slot int }

func (n momentField) numbers(w *worker, at *lanes, out numbers) {
	c := &w.in.columns[n.slot]
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 || c.times == nil || c.valid(place) == 0 || c.times.IsNull(int(place)) {
			out.known[i] = 0
			continue
		}
		out.values[i], out.known[i] = int64(c.days[place])*daySeconds+int64(c.times.Value(int(place))), 1
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

type textField struct{ slot int }

func (n textField) texts(w *worker, at *lanes, out texts) {
	c := &w.in.columns[n.slot]
	switch {
	case c.part:
		for i, code := range at.rows[c.variable] {
			out.values[i], out.known[i] = c.dictionary.Value(int(code)), 1
		}
		return
	case at.codes != nil:
		distinctTexts(c, at.codes, out)
		return
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 || c.valid(place) == 0 {
			out.known[i] = 0
			continue
		}
		out.known[i] = 1
		if c.dictionary != nil {
			out.values[i] = c.dictionary.Value(int(c.codes[place]))
		} else {
			out.values[i] = c.text.Value(int(place))
		}
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

func distinctTexts(c *column, codes []uint32, out texts) {
	blank := uint32(c.dictionary.Len())
	for i, code := range codes {
		if code >= blank {
			out.known[i] = 0
			continue
		}
		out.values[i], out.known[i] = c.dictionary.Value(int(code)), 1
	}
}

type boolField struct{ slot int }

func (n boolField) bools(w *worker, at *lanes, out []uint8) {
	c := &w.in.columns[n.slot]
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place < 0 || c.valid(place) == 0 {
			out[i] = unknown
			continue
		}
		out[i] = 2 * bit(c.booleans, c.boolsFrom+int(place))
	}
	if made != nil {
		w.dropPlaces(made)
	}
}

// presentField is present() of a field.
type presentField struct{ slot int }

func (n presentField) bools(w *worker, at *lanes, out []uint8) {
	c := &w.in.columns[n.slot]
	if at.codes != nil {
		blank := uint32(c.dictionary.Len())
		for i, code := range at.codes {
			switch code {
			case blank:
				out[i] = no
			case blank + 1:
				out[i] = unknown
			default:
				out[i] = yes
			}
		}
		return
	}
	if first, ok := c.run(at); ok {
		c.holds(first, out)
		twice(out)
		for i, word := 0, 0; c.unreadable != nil && i < len(out); i++ {
			if word = (first + i) >> 6; c.unreadable[word] == 0 {
				i = (word+1)<<6 - first - 1 // to the next word
				continue
			}
			out[i] |= c.missing(int32(first + i))
		}
		return
	}
	rows, link, made := c.see(w, at)
	for i, row := range rows {
		place := placeOf(link, row)
		if place >= 0 && c.valid(place) == 1 {
			out[i] = yes
		} else {
			out[i] = c.missing(place)
		}
	}
	if made != nil {
		w.dropPlaces(made)
	}
}
