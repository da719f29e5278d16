package dedupe

import (
	"context"
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

// judge classes all contacts and links all referrals, persons side by side, and counts what becomes of them under
// the settings of the grid. The result does not depend on the number of workers.
func (d *door) judge(ctx context.Context, s Settings, workers int) (*judged, []GridPoint, error) {
	j := &judged{
		door: d, verdicts: make([]verdict, len(d.contacts)), incidents: make([]incident, len(d.contacts)),
		status: make([]ReferralStatus, len(d.referralDay)), follows: fill(len(d.referralDay)), missedBy: fill(len(d.referralDay)),
	}
	began := make([]int32, len(d.contactCount)) // by person: how many incidents
	var counted grid
	var adding sync.Mutex
	err := d.eachBatch(ctx, workers, func(c *child, from, to int32) {
		var counts grid
		trial := &child{counting: true}
		for person := from; person < to; person++ {
			if d.contactCount[person] == 0 {
				continue
			}
			base, end := d.contactsOf.first[person], d.contactsOf.first[person+1]
			c.verdicts, c.incidents = j.verdicts[base:base:end], j.incidents[base:base:end]
			d.judgeChild(c, person, s)
			d.pairChild(c, s.widest())
			counts.add(d, c, trial, s)
			d.convertChild(c, s)
			d.flagChild(c, s)
			d.measureMisses(c)
			began[person] = int32(len(c.incidents))
			for _, r := range c.referrals {
				j.status[r.row], j.follows[r.row], j.missedBy[r.row] = r.status, r.incident, r.missedBy
			}
		}
		adding.Lock()
		defer adding.Unlock()
		counted.addAll(&counts)
	})
	if err != nil {
		return nil, nil, err
	}
	j.number(began)
	return j, counted.points(), nil
}

// number moves the incidents of all persons together, where those of each lie at its first contact's place, and
// turns places among a child's contacts and incidents into places among all.
func (j *judged) number(began []int32) {
	d, next := j.door, int32(0)
	j.person = make([]int32, 0, len(j.incidents))
	for person, count := range began {
		base := d.contactsOf.first[person]
		own := j.incidents[next : next+count]
		copy(own, j.incidents[base:base+count])
		for i := range own {
			own[i].first += base
			own[i].last += base
			j.person = append(j.person, int32(person))
		}
		verdicts := j.verdicts[base : base+d.contactCount[person]]
		for place := range verdicts {
			v := &verdicts[place]
			v.incident, v.matched, v.next = v.incident+next, shift(v.matched, base), shift(v.next, base)
		}
		for _, row := range d.referralsOf.of(int32(person)) {
			j.follows[row] = shift(j.follows[row], next)
		}
		next += count
	}
	j.incidents = j.incidents[:next]
}

// shift moves a place by an offset; none stays none.
func shift(place, by int32) int32 {
	if place < 0 {
		return place
	}
	return place + by
}

// eachBatch runs work over all persons, a batch at a time, with one working set for each worker.
func (d *door) eachBatch(ctx context.Context, workers int, work func(c *child, from, to int32)) error {
	persons := int64(len(d.contactCount))
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range max(workers, 1) {
		group.Go(func() error {
			c := &child{}
			for {
				from := next.Add(batch) - batch
				if from >= persons {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				work(c, int32(from), int32(min(from+batch, persons)))
			}
		})
	}
	return group.Wait()
}
