package dedupe

import (
	"context"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// batchSize is how many persons one worker takes at a time.
var batchSize = 4096

// judged is a whole front door, judged. While children are judged, an incident is known by the place of its first
// contact's first row among the rows by person; incidents stand in that order.
type judged struct {
	door *door

	rows    []standing    // by contact row
	matched []uint32      // by contact row: the row that it was matched to, noCode
	linked  []uint32      // by contact row: the referral that the incident which begins with it is linked to, by row, noCode
	day     []schemas.Day // by contact row: by which it counts

	incidents []summary
	places    ranks         // of the incidents
	ids       *array.String // of the incidents
	event     []int32       // by incident: the first incident of its event, none when it is not unique

	status   []ReferralStatus // by referral row
	follows  []int32          // by referral row: the incident, by place, that it converted or followed, none
	missedBy []int32          // by referral row: see referral
}

// standing is what was decided of a contact row, and its incident by place, none when it names no child.
type standing struct {
	state    state
	incident int32
}

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

// clone returns a copy that takes no more memory than it needs.
func (b *batch) clone() batch {
	return batch{
		incidents: slices.Clone(b.incidents), ids: slices.Clone(b.ids),
		references: slices.Clone(b.references), families: slices.Clone(b.families), counts: b.counts,
	}
}

// judge classes all contacts and links all referrals, persons side by side, and counts what becomes of them under
// the settings of the grid. The result does not depend on the number of workers.
func (d *door) judge(ctx context.Context, people *persons, s Settings, workers int, keep Keep) (*judged, []GridPoint, error) {
	rows, referrals := len(d.day), len(d.referralDay)
	j := &judged{
		door: d, rows: make([]standing, rows), matched: noCodes(rows), linked: noCodes(rows), day: make([]schemas.Day, rows),
		status: make([]ReferralStatus, referrals), follows: fill(referrals), missedBy: fill(referrals),
	}
	copy(j.day, d.day)
	persons := len(people.idCode)
	batches := make([]batch, (persons+batchSize-1)/batchSize)
	ranges := d.rangesOf(persons)
	for i, begin := range ranges[:len(ranges)-1] {
		end := ranges[i+1]
		d.gatherRows(begin, end, workers)
		if end == persons {
			d.placeOf, d.compared = nil, nil
		}
		if err := eachBatch(ctx, workers, (end-begin+batchSize-1)/batchSize, func(c, trial *child, number int) {
			from := begin + number*batchSize
			j.judgeBatch(c, trial, int32(from), int32(min(from+batchSize, end)), s)
			j.nameIncidents(&c.batch, people)
			batches[from/batchSize] = c.batch.clone()
		}); err != nil {
			return nil, nil, err
		}
	}
	j.judgeUnidentified(s)
	d.rows, d.rowsOf, d.episodes, d.episodesOf, d.referrals, d.referralsOf = nil, nil, nil, nil, nil, nil
	var counted grid
	for i := range batches {
		counted.addAll(&batches[i].counts)
	}
	return j, counted.points(), j.join(ctx, batches, s, workers, keep)
}

// judgeBatch judges persons. The child is what each is judged with; trial is what it is tried with under other settings.
func (j *judged) judgeBatch(c, trial *child, from, to int32, s Settings) {
	d, b, widest := j.door, &c.batch, s.widest()
	b.reset()
	for person := from; person < to; person++ {
		if d.rowsOf[person] == d.rowsOf[person+1] {
			continue
		}
		d.gatherChild(c, person)
		d.orderReferrals(c)
		d.judgeChild(c, s)
		d.pairChild(c, widest)
		b.counts.add(d, c, trial, s)
		d.convertChild(c, s)
		d.flagChild(c, s)
		d.measureMisses(c)
		j.take(b, c, s)
	}
}

// eachBatch runs work over all batches with one working set for each worker.
func eachBatch(ctx context.Context, workers, batches int, work func(c, trial *child, number int)) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range max(workers, 1) {
		group.Go(func() error {
			c, trial := &child{}, &child{counting: true}
			for {
				number := int(next.Add(1) - 1)
				if number >= batches {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				work(c, trial, number)
			}
		})
	}
	return group.Wait()
}

// join puts together what the batches left and joins the events. The ids are let go of before the incidents are copied:
// both of both would be the most that is held.
func (j *judged) join(ctx context.Context, batches []batch, s Settings, workers int, keep Keep) error {
	count, text, references, families := make([]int, len(batches)+1), make([]int, len(batches)+1), 0, 0
	for i := range batches {
		b := &batches[i]
		count[i+1], text[i+1] = count[i]+len(b.incidents), text[i]+len(b.ids)
		references, families = references+len(b.references), families+len(b.families)
	}
	offsets, ids := make([]int32, count[len(batches)]+1), make([]byte, text[len(batches)])
	if err := eachBatch(ctx, workers, len(batches), func(_, _ *child, i int) {
		b := &batches[i]
		copy(ids[text[i]:], b.ids)
		for k := range b.incidents {
			offsets[count[i]+k+1] = int32(text[i]) + b.incidents[k].idEnd
		}
		b.ids = nil
	}); err != nil {
		return err
	}
	kept, err := keep.array(table.StringArray(offsets, ids, nil, 0))
	if err != nil {
		return err
	}
	j.ids = kept.(*array.String)
	j.incidents = make([]summary, count[len(batches)])
	if err := eachBatch(ctx, workers, len(batches), func(_, _ *child, i int) {
		copy(j.incidents[count[i]:], batches[i].incidents)
		batches[i].incidents = nil
	}); err != nil {
		return err
	}
	byReference, byFamily := make([]mention, 0, references), make([]mention, 0, families)
	for i := range batches {
		byReference = appendMentions(byReference, batches[i].references, count[i])
		byFamily = appendMentions(byFamily, batches[i].families, count[i])
	}
	j.places = newRanks(len(j.rows), j.incidents)
	j.joinEvents(byReference, byFamily, s)
	return nil
}

// ranks numbers places in their order.
type ranks struct {
	has    []uint64 // a bitmap of the places
	before []int32  // how many stand before each word of it
}

// newRanks numbers the places of incidents among so many.
func newRanks(places int, incidents []summary) ranks {
	r := ranks{has: make([]uint64, places/64+1), before: make([]int32, places/64+1)}
	for i := range incidents {
		place := incidents[i].place
		r.has[place>>6] |= 1 << (place & 63)
	}
	count := int32(0)
	for word := range r.has {
		r.before[word] = count
		count += int32(bits.OnesCount64(r.has[word]))
	}
	return r
}

// of returns the number of a place.
func (r *ranks) of(place int32) int32 {
	return r.before[place>>6] + int32(bits.OnesCount64(r.has[place>>6]&(1<<(place&63)-1)))
}
