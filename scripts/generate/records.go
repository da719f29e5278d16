package main

// A table is one of the four files of the delivery.
type table string

const (
	tableChildren  table = "children"
	tableContacts  table = "contacts"
	tableReferrals table = "referrals"
	tableEpisodes  table = "cin_episodes"
)

// A class is what the definition makes of a contact row.
type class string

const (
	classRepeatedRow  class = "repeated_row"
	classUnidentified class = "unidentified"
	classExact        class = "exact"
	classMigrated     class = "migrated"
	classSameRef      class = "same_incident_ref"
	classSameWindow   class = "same_incident_window"
	classOpenCase     class = "open_case"
	classUnique       class = "unique"
)

// A method is how the referral of an incident is found.
type method string

const (
	methodExplicit    method = "explicit"
	methodWindow      method = "window"
	methodBefore      method = "before_contact"
	methodOutcomeOnly method = "outcome_only"
)

// A child is one row of children.csv; a person may have two.
type child struct {
	id                int // assigned when all is planned
	person            int
	system            string
	upn, nhs          string
	forename, surname string
	born, expected    day
	bornText          string // stands in place of an unreadable birth date
	sex, ethnicity    string
	postcode          string
	legacy            *child
	sameID            *child   // this row repeats the id of that one
	noID, absent      bool     // the row has no id; no row stands in children.csv
	second            *child   // the person's other record
	episode           *episode // the person's latest, while planning
}

// A moment is what the rows of one contact share, whichever children it names.
type moment struct {
	number   int // 0 is a contact without id
	day      day
	recorded day   // the file is in order of recording
	minute   int16 // of the day, -1 where no time is recorded
}

// A contact is one row of contacts.csv with its label.
type contact struct {
	moment
	child                             *child // nil where nobody is identified
	source, concern, incident, family string
	system, outcome                   string
	names                             *referral // the referral that the row names
	namesText                         string    // or the text that stands there instead

	class  class
	first  int // row of the incident's first contact, -1 where nobody is identified
	method method
	linked *referral

	dateText    *string // stands in place of the date
	cells       int     // cells too many or too few
	quarantined bool
}

// A status is where a referral stands in the count of referrals.
type status string

const (
	statusLinked    status = "linked"
	statusFurther   status = "further"
	statusNotLinked status = "not_linked"
)

// A referral is one row of referrals.csv with its label.
type referral struct {
	id          int // assigned when all is planned
	child       *child
	day         day
	dateText    string // stands in place of an unreadable date
	source      string
	nfa         string
	system      string
	status      status
	sameID      *referral
	noID        bool
	cells       int
	quarantined bool
}

// An episode is one row of cin_episodes.csv.
type episode struct {
	id          int
	child       *child
	start, end  day
	endText     string // stands in place of an unreadable date
	closure     string
	system      string
	sameID      *episode
	noID        bool
	quarantined bool
}

// A place is a record of a table, by its place in the plan.
type place struct {
	table table
	row   int
}

// A delivery is everything that is planned: the rows, and which of them fail
// which rule.
type delivery struct {
	children  []*child
	contacts  []contact
	referrals []*referral
	episodes  []*episode
	findings  map[string][]place
	together  map[string][][]place // records that make one finding, at the first of them in its file

	order       order
	contactDays []day // of each contact number, 0 left out
	contactIDs  []int // by number: ids rise with the day
	persons     int
	linked      map[string]int // pairs of child ids of one person, by evidence
	refused     map[string]int // pairs that share an identifier and are two children
}

// failTogether notes that records fail a rule as one finding.
func (d *delivery) failTogether(rule string, t table, rows []int) {
	var places []place
	for _, row := range rows {
		places = append(places, place{t, row})
	}
	d.together[rule] = append(d.together[rule], places)
}

// fail notes that a record fails a rule.
func (d *delivery) fail(rule string, t table, row int) {
	d.findings[rule] = append(d.findings[rule], place{t, row})
}
