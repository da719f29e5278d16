// Package dedupe says who is the same child and which contacts tell of the same incident.
//
// Typed tables walk in: contacts, and where delivered children, referrals and episodes of need, with the ledger
// of persons that the last run left. One decision for every contact row and every referral walks out, with the
// incidents, the persons, the links between child numbers, and the new ledger. No row is ever dropped: a
// contact is classed, never removed.
//
// The definition of a unique contact is the project's own (no national one exists); every setting is the
// council's to approve and is printed beside the figures.
package dedupe

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// Class says what a contact row is counted as.
type Class uint8

// The classes. Every accepted contact row has exactly one.
const (
	RepeatedRow Class = iota
	Unidentified
	Exact
	Migrated
	SameIncidentRef
	SameIncidentWindow
	OpenCase
	Unique
)

// Classes are the names of the classes, by number, in the order of the waterfall.
var Classes = []string{"repeated_row", "unidentified", "exact", "migrated", "same_incident_ref", "same_incident_window", "open_case", "unique"}

// String returns the name of the class.
func (c Class) String() string { return Classes[c] }

// Settings are the parameters of the definition. Days are calendar days unless they say working days.
type Settings struct {
	SameIncidentDays        int   // from the first contact of the incident, where both name a concern
	SameIncidentDaysWeak    int   // where one names no concern; never above SameIncidentDays
	SameIncidentDaysSameRef int   // for the same reference
	MigratedDays            int   // between the two copies of a migrated contact
	Migration               *Span // when two systems overlapped; without it no contact is a migrated copy
	ReferralWindow          int   // working days after any contact of the incident
	ReferralBefore          int   // working days before it
	Period                  *Span // the reporting period; nil for everything
	HeldFrom, HeldTo        *schemas.Day
	AsAt                    schemas.Day
}

// Span is a range of days, both ends included.
type Span struct{ From, To schemas.Day }

// Has tells whether a day lies in the span; every day lies in a nil span.
func (s *Span) Has(d schemas.Day) bool { return s == nil || s.From <= d && d <= s.To }

// Input is what the stage reads. Contacts is needed; the other tables are nil when they were not delivered.
type Input struct {
	Contacts, Children, Referrals, Episodes *table.Table
	Settings                                Settings
	Collection                              *schemas.Collection // whose code sets say what sources and outcomes mean
	Calendar                                *schemas.Calendar
	Ledger                                  []Person // the ledger of the run before; empty at first
	Workers                                 int
	Keep                                    Keep // where the columns of the result live; nil leaves them in memory
}

// Keep returns an array equal to the one given, which is let go of. It is safe for concurrent use.
type Keep func(arrow.Array) (arrow.Array, error)

// Result is what the stage decides. The tables have the schemas of schemas.Result.
type Result struct {
	Contacts, Incidents, Referrals, Persons, Links *table.Table

	Ledger   *Ledger
	Events   []LedgerEvent
	Grid     []GridPoint
	HeldFrom schemas.Day // the first day of what is held
	HeldTo   schemas.Day // and the last
}

// ErrNoContacts says that there is nothing to judge.
var ErrNoContacts = errors.New("no table of contacts")

// Run judges every contact. It fails only when ctx is done or there is no table of contacts.
func Run(ctx context.Context, in Input) (*Result, error) {
	if in.Contacts == nil {
		return nil, fmt.Errorf("judge contacts: %w", ErrNoContacts)
	}
	door, people, err := prepare(in)
	if err != nil {
		return nil, err
	}
	judged, grid, err := door.judge(ctx, people, &in.Settings, in.Workers, in.Keep)
	if err != nil {
		return nil, err
	}
	result := &Result{
		Events: people.events, Grid: grid,
		HeldFrom: door.heldFrom, HeldTo: door.heldTo,
	}
	return result, buildTables(result, in, people, judged)
}
