package dedupe

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// judged is a whole front door, judged.
type judged struct {
	door *door

	rows []standing    // of the contact rows, as dealt
	day  []schemas.Day // by contact row: by which it counts

	incidents incidents
	before    []int32       // by batch: how many incidents the batches before it have
	ids       *array.String // of the incidents
	event     []int32       // by incident: the first incident of its event, none when it is not unique

	referrals []follow // by referral row
}

// standing is what was decided of a contact row.
type standing struct {
	state    state
	incident int32  // its number in the batch, none when the row names no child
	matched  uint32 // the row that it was matched to, noCode
	linked   uint32 // the referral that the incident which begins with it is linked to, by row, noCode
}

// follow is what was decided of a referral.
type follow struct {
	batch    int32
	incident int32 // the incident that it converted or followed, by its number in the batch, none
	missedBy int32 // see referral
	distance int32 // of a linked one from the incident, where measured
	measured bool
	method   Method // how a linked one was found
	status   ReferralStatus
}

// judge classes all contacts and links all referrals, persons side by side, and counts what becomes of them under
// the settings of the grid. The result does not depend on the number of workers.
func (d *door) judge(ctx context.Context, people *persons, s *Settings, workers int, keep Keep) (*judged, []GridPoint, error) {
	rows, referrals, batches := len(d.day), len(d.referralDay), batchesOf(len(people.idCode))
	j := &judged{
		door: d, rows: make([]standing, rows), day: slices.Clone(d.day), before: make([]int32, batches+1), referrals: make([]follow, referrals),
	}
	for row := range j.referrals {
		j.referrals[row] = follow{incident: none, missedBy: none}
	}
	joined, tried := newJoined(j, people), newTrials(s)
	var g gathered
	parts := d.dealt.parts(batches)
	for i, from := range parts[:len(parts)-1] {
		to := parts[i+1]
		d.gather(&g, from, to, workers)
		if to == batches {
			d.compared = nil
		}
		if err := eachBatch(ctx, workers, from, to, func(c, trial *child, number int) {
			c.batch.reset()
			j.judgeBatch(c, trial, number, g.of(d.dealt.of(number)), s, tried)
			j.nameIncidents(c.batch, people)
			c.batch = joined.take(number, c.batch)
		}); err != nil {
			return nil, nil, err
		}
	}
	j.judgeUnidentified(s)
	d.episodes, d.episodesOf, d.referrals, d.referralsOf = nil, nil, nil, nil
	kept, err := keep.array(table.StringArray(joined.offsets, joined.ids, nil, 0))
	if err != nil {
		return nil, nil, err
	}
	j.ids = kept.(*array.String)
	j.joinEvents(joined.references, joined.families, s)
	return j, joined.counts.points(), nil
}

// judgeBatch judges the persons of a batch, whose rows are given. The child is what each is judged with; trial is what it is
// tried with under other settings.
func (j *judged) judgeBatch(c, trial *child, number int, rows []told, s *Settings, tried *trials) {
	d := j.door
	own := j.rows[d.dealt.begins[number]:d.dealt.begins[number+1]]
	c.sortRows(rows)
	for n := range c.begins[1:] {
		begin, end := c.begins[n], c.begins[n+1]
		if begin == end {
			continue
		}
		d.gatherChild(c, int32(number<<batchBits+n), c.sorted[begin:end])
		d.orderReferrals(c)
		d.judgeChild(c, s)
		d.pairChild(c, &tried.widest)
		c.batch.counts.add(d, c, trial, tried)
		d.convertChild(c, s)
		d.flagChild(c, s)
		d.measureMisses(c)
		j.take(own, c, number, s)
	}
}

// batchesOf returns how many batches so many persons make.
func batchesOf(persons int) int { return (persons + 1<<batchBits - 1) >> batchBits }

// eachBatch runs work over a range of batches with one working set for each worker.
func eachBatch(ctx context.Context, workers, from, to int, work func(c, trial *child, number int)) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	next.Store(int64(from))
	for range max(workers, 1) {
		group.Go(func() error {
			c, trial := &child{batch: &batch{}}, &child{counting: true}
			for {
				number := int(next.Add(1) - 1)
				if number >= to {
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
