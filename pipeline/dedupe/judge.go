package dedupe

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// batch is how many persons one worker takes at a time.
const batch = 4096

// judged is a whole front door, judged. Contacts are given by their place in door.contacts.
type judged struct {
	door      *door
	verdicts  []verdict  // by contact; incident is a place in incidents
	incidents []incident // by person, then in the order in which they began; first and last are contacts
	person    []int32    // by incident
	status    []ReferralStatus
	follows   []int32 // by referral: the incident that it converted or followed, none
	missedBy  []int32 // by referral: see referral
	event     []int32 // by incident: the first incident of its event, none when the event is not known
}

// judge classes all contacts and links all referrals, persons side by side. The result does not depend on the
// number of workers.
func (d *door) judge(ctx context.Context, s Settings, workers int) (*judged, error) {
	j := &judged{
		door: d, verdicts: make([]verdict, len(d.contacts)),
		status: make([]ReferralStatus, len(d.referralDay)), follows: fill(len(d.referralDay)), missedBy: fill(len(d.referralDay)),
	}
	persons := len(d.contactCount)
	parts := make([][]incident, (persons+batch-1)/batch)
	owners := make([][]int32, len(parts))
	err := d.eachBatch(ctx, workers, func(c *child, part, from, to int) {
		for person := from; person < to; person++ {
			d.judgeChild(c, int32(person), s)
			d.convertChild(c, s)
			d.flagChild(c, s)
			d.measureMisses(c)
			base, first := d.contactsOf.first[person], int32(len(parts[part]))
			for i := range c.incidents {
				c.incidents[i].first += base
				c.incidents[i].last += base
				owners[part] = append(owners[part], int32(person))
			}
			parts[part] = append(parts[part], c.incidents...)
			for place, v := range c.verdicts {
				v.incident += first
				v.matched = shift(v.matched, base)
				v.next = shift(v.next, base)
				j.verdicts[base+int32(place)] = v
			}
			for _, r := range c.referrals {
				j.status[r.row], j.follows[r.row], j.missedBy[r.row] = r.status, shift(r.incident, first), r.missedBy
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for part, incidents := range parts {
		before := int32(len(j.incidents))
		j.incidents = append(j.incidents, incidents...)
		j.person = append(j.person, owners[part]...)
		for person := part * batch; person < min((part+1)*batch, persons); person++ {
			base := d.contactsOf.first[person]
			for place := range d.contactCount[person] {
				j.verdicts[base+place].incident += before
			}
			for _, row := range d.referralsOf.of(int32(person)) {
				j.follows[row] = shift(j.follows[row], before)
			}
		}
	}
	return j, nil
}

// shift moves a place by an offset; none stays none.
func shift(place, by int32) int32 {
	if place < 0 {
		return place
	}
	return place + by
}

// eachBatch runs work over all persons, a batch at a time, with one working set for each worker.
func (d *door) eachBatch(ctx context.Context, workers int, work func(c *child, part, from, to int)) error {
	persons := len(d.contactCount)
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range max(workers, 1) {
		group.Go(func() error {
			c := child{byID: map[int32][]int32{}}
			for {
				part := int(next.Add(1)) - 1
				if part*batch >= persons {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				work(&c, part, part*batch, min((part+1)*batch, persons))
			}
		})
	}
	return group.Wait()
}

// GridPoint is the rate under one pair of settings: unique contacts in the period and how many of them have a
// linked referral.
type GridPoint struct {
	SameIncidentDays, ReferralWindow int
	Unique, Converted                int
}

// The settings that the grid tries.
var (
	gridDays    = []int{0, 1, 3, 7}
	gridWindows = []int{0, 1, 2, 5, 10}
)

// grid judges the front door under every pair of settings.
func (d *door) grid(ctx context.Context, s Settings, workers int) ([]GridPoint, error) {
	points := make([]GridPoint, 0, len(gridDays)*len(gridWindows))
	for _, n := range gridDays {
		for _, w := range gridWindows {
			points = append(points, GridPoint{SameIncidentDays: n, ReferralWindow: w})
		}
	}
	var adding sync.Mutex
	err := d.eachBatch(ctx, workers, func(c *child, _, from, to int) {
		c.counting = true
		counts := make([]GridPoint, len(points))
		for person := from; person < to; person++ {
			for n, days := range gridDays {
				tried := s
				tried.SameIncidentDays, tried.ReferralWindow = days, slices.Max(gridWindows)
				d.judgeChild(c, int32(person), tried)
				d.pairChild(c, tried)
				unique := 0
				for i := range c.incidents {
					if held := &c.incidents[i]; held.episode < 0 && s.Period.Has(held.day) {
						unique++
					}
				}
				for w, window := range gridWindows {
					point := &counts[n*len(gridWindows)+w]
					point.Unique += unique
					point.Converted += c.converted(window, s.Period)
				}
			}
		}
		adding.Lock()
		defer adding.Unlock()
		for i := range points {
			points[i].Unique += counts[i].Unique
			points[i].Converted += counts[i].Converted
		}
	})
	return points, err
}
