package dedupe

import (
	"slices"
	"sync"

	"frontdoor/schemas"
)

// batch is what the judging of some persons, one after another, leaves.
type batch struct {
	incidents  []summary // those whose ids end in ids where idEnd says
	ids        []byte
	references []mention // of unique incidents, by their places in incidents
	families   []mention
	counts     grid
}

func (b *batch) reset() {
	*b = batch{incidents: b.incidents[:0], ids: b.ids[:0], references: b.references[:0], families: b.families[:0]}
}

// incidents are all incidents, column by column, in the order of their persons; see summary.
type incidents struct {
	state             []state
	person            []uint32 // the code of the id
	first             []uint32
	day               []schemas.Day
	source            []int32
	episode, referral []uint32 // noCode for none
	distance          []int64
	contacts, sources []int64
	outcome           []int16
}

// joined is what the batches left, put together in the order of the batches.
type joined struct {
	judged *judged
	idCode []int32 // by person

	mutex   sync.Mutex
	next    int            // the batch whose turn it is
	waiting map[int]*batch // those that were left before their turn
	free    []*batch

	offsets    []int32 // of the ids
	ids        []byte
	references []mention // by the numbers of the incidents
	families   []mention
	counts     grid
}

func newJoined(j *judged, people *persons) *joined {
	return &joined{judged: j, idCode: people.idCode, waiting: map[int]*batch{}, offsets: []int32{0}}
}

// take joins a batch once its turn has come and returns one that may be written over.
func (to *joined) take(number int, b *batch) *batch {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.waiting[number] = b
	for own := to.waiting[to.next]; own != nil; own = to.waiting[to.next] {
		delete(to.waiting, to.next)
		to.append(own)
		to.free = append(to.free, own)
		to.next++
	}
	if last := len(to.free) - 1; last >= 0 {
		b, to.free = to.free[last], to.free[:last]
		return b
	}
	return &batch{}
}

// append appends the batch whose turn it is.
func (to *joined) append(b *batch) {
	j, in := to.judged, &to.judged.incidents
	before, count := len(in.state), len(b.incidents)
	j.before[to.next+1] = int32(before + count)
	to.references = to.mentions(to.references, b.references, before)
	to.families = to.mentions(to.families, b.families, before)
	to.counts.addAll(&b.counts)
	text := len(to.ids)
	to.ids = extend(to, to.ids, len(b.ids))
	copy(to.ids[text:], b.ids)
	to.offsets = extend(to, to.offsets, count)
	in.state, in.person, in.first = extend(to, in.state, count), extend(to, in.person, count), extend(to, in.first, count)
	in.day, in.source, in.outcome = extend(to, in.day, count), extend(to, in.source, count), extend(to, in.outcome, count)
	in.episode, in.referral, in.distance = extend(to, in.episode, count), extend(to, in.referral, count), extend(to, in.distance, count)
	in.contacts, in.sources = extend(to, in.contacts, count), extend(to, in.sources, count)
	for i := range b.incidents {
		own, at := &b.incidents[i], before+i
		to.offsets[at+1] = int32(text) + own.idEnd
		in.state[at], in.person[at], in.first[at] = own.state, uint32(to.idCode[own.person]), uint32(own.first)
		in.day[at], in.source[at], in.outcome[at] = own.day, own.source, own.outcome
		in.episode[at], in.referral[at], in.distance[at] = uint32(own.episode), uint32(own.referral), int64(own.distance)
		in.contacts[at], in.sources[at] = int64(own.contacts), int64(own.sources)
	}
}

// mentions appends the mentions of a batch's incidents, which stand behind so many others.
func (to *joined) mentions(all, own []mention, behind int) []mention {
	before := len(all)
	all = extend(to, all, len(own))
	for i, m := range own {
		m.incident += int32(behind)
		all[before+i] = m
	}
	return all
}

// extend makes a list longer. What it is made to hold is what it would hold of all batches, were the others like those
// before: these have some rows, or they tell little of the others.
func extend[T any](to *joined, list []T, by int) []T {
	length := len(list) + by
	if length <= cap(list) {
		return list[:length]
	}
	const spare, some = 1.02, 1 << 12
	begins := to.judged.door.dealt.begins
	all, before := begins[len(begins)-2], max(begins[to.next+1], some)
	expected := int(float64(length) * float64(all) / float64(before) * spare)
	return slices.Grow(list, max(by, expected-len(list)))[:length]
}
