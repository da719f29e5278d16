package conform

// Difference is a record of which two deliveries, one and the next that speaks of it, tell different things.
type Difference struct {
	Table         string
	Kind          string   // one of the kinds of differences
	Fields        []string // those whose values differ
	Before, After []string // what was delivered in them: not for everybody
	Earlier       Spot     // where it stands in the earlier delivery; no line where that has no such record
	Later         Spot     // and in the later one
}

// The kinds of differences.
const (
	Changed     = "changed"      // the next delivery has the record with other values
	Dropped     = "dropped"      // the next delivery covers the record's day and does not have it
	Added       = "added"        // an earlier delivery covers the record's day and does not have it
	Again       = "again"        // an increment brings a record that an earlier delivery has: both stand
	NotCompared = "not compared" // the next delivery is that of the authority which this one became part of
)

// Spot is a place in a delivered file; Line is 0 for the file as a whole.
type Spot struct {
	File, Sheet string
	Line        int
}
