// Package conform turns windows of delivered text into the typed table that a schema declares.
//
// What walks in is a table's files, one after another, as windows of cells; what walks out is one table of
// Arrow columns with the file and line of every record, the problems that reading it met, and the records that
// could not be placed. Conform settles readability only: is it a date, a whole number, an identifier's text. A
// code that no list knows is text like any other. Blank, absent and unreadable cells stay three things, and
// every cell's delivered text can be had back.
//
// The promise: for every file, records read = accepted + quarantined; codes stand in the order in which the
// delivery first shows them; and the result depends on the delivered bytes and the options alone, never on the
// size of the windows or the number of processors. No error holds a value.
package conform

import (
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The codes of the rules about structure that conform's problems fall under.
const (
	RuleColumnMissing   = "IN-003"
	RuleColumnUnknown   = "IN-004"
	RuleCellUnreadable  = "IN-005"
	RuleRecordRagged    = "IN-006"
	RuleRecordUnplaced  = "IN-007"
	RuleQuoteOpen       = "IN-009"
	RuleCellNUL         = "IN-010"
	RuleColumnTwice     = "IN-011"
	RuleDateOrder       = "IN-012"
	RuleTableHeaderOnly = "IN-013"
	RuleQuoteStray      = "IN-014"
	RuleLineTitle       = "IN-016"
	RuleRecordTotal     = "IN-017"
	RuleLinesBlank      = "IN-018"
	RuleHeaderAgain     = "IN-019"
	RuleHeaderOther     = "IN-020"
	RuleCellOverlong    = "IN-021"
	RuleCellError       = "IN-022"
	RuleCellExponent    = "IN-023"
	RuleDecimal         = "IN-024"
	RuleDateSerial      = "IN-025"
	RuleDateShortYear   = "IN-026"
	RuleBlankHidden     = "IN-027"
	RuleTextProtected   = "IN-028"
	RuleZerosLost       = "IN-029"
	RuleNumbers         = "IN-030"
	RuleSheetHidden     = "IN-031"
	RuleRowsHidden      = "IN-032"
	RuleColumnHidden    = "IN-033"
	RuleFiltered        = "IN-034"
	RuleCellsMerged     = "IN-035"
	RuleComputed        = "IN-036"
	RuleCellUncomputed  = "IN-037"
	RuleEpoch1904       = "IN-038"
	RuleCellDigits      = "IN-039"
	RuleCodeUnmapped    = "IN-040"
	RuleColumnPattern   = "IN-041"
	RuleFraction        = "IN-046"
	RuleSuperseded      = "IN-047"
	RuleXMLBroken       = "IN-048"
	RuleTwoWays         = "IN-052"
)

// DateOrder says which part of a date such as 02/05/2019 is the day.
type DateOrder string

// The date orders. Undeclared columns are told by their cells, file by file.
const (
	Undeclared DateOrder = ""
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

// Options say how a delivery is to be read.
type Options struct {
	DateOrder DateOrder
	// Columns gives, by the normalised name of a delivered column, the field that it holds.
	Columns map[string]string
	// Values gives, by field and by what is delivered (Folded), the value that it means.
	Values map[string]map[string]string
	// Delivery says which of several deliveries of the table the files are; nil when there is only one.
	Delivery  *Delivery
	Sheet     string // of the workbook that the file is; blank for a text
	Authority string // whose records the files hold; blank when nobody says
	// Lead stands in front of the identifiers that the authority gave, so that they are those of no other.
	Lead string
	XML  bool // the cells are XML elements
}

// Result is what became of the files of one table.
type Result struct {
	Table       *table.Table
	Files       []FileReport
	Problems    []Problem     // by file, line, field
	Quarantined []Quarantined // by file, line
	Differences []Difference  // by file, line of the record that was delivered first, then of the other
}

// FileReport says what a file held. Read = Accepted + Quarantined.
type FileReport struct {
	File, Sheet                 string
	Read, Accepted, Quarantined int
	Missing                     []string // fields of the schema that the header does not name
	Extra                       []string // columns that the schema does not know, by the names they are kept under
	Duplicate                   []string // columns whose name stood before, by the names they are kept under
	Dates                       []DateColumn
	HeaderOnly                  bool
	Damaged                     bool // a quote never closed
	Superseded                  int  // of those quarantined: a later delivery speaks for them
	Changed, Dropped            int  // of those superseded: the next delivery has another record, or none
	Added, Again                int  // of those accepted or superseded: what Difference says of them
	Stray                       int  // cells with text behind their closing quote
}

// DateColumn says how the dates of one column of a file were written.
type DateColumn struct {
	Field     string
	Layout    string // of most of the cells, in the notation of package time; blank when none could be read
	Undecided bool   // the order of day and month could not be told
}

// Problem is one thing that could not be read as it should. It stands at the header's line when it is about
// a whole column or file.
type Problem struct {
	Rule   string
	Table  string
	File   string
	Sheet  string
	Line   int
	Fields []string
	Value  *string  // the text of the first field, or of the record when there are no fields; nil when absent
	Key    []string // the texts of the record's key, in the order of the schema's key; nil when there is no record
}

// Quarantined is a record that was taken out because it cannot be placed.
type Quarantined struct {
	File, Sheet, Table string
	Line               int
	Rule               string
	Reason             string // in plain words, without a value
	Text               string // the record as delivered; for IN-007 its cells, written anew as CSV
}

// Keys holds the dictionary of every key that another table refers to. The tables of a collection share it,
// so that one code means one identifier in all of them; their builders therefore run one after another, in
// the order of the schema.
type Keys struct {
	dictionaries map[string]*table.Dictionary // by the table whose key it is
}

// NewKeys returns the empty dictionaries of a collection's keys.
func NewKeys(collection *schemas.Collection) *Keys {
	k := &Keys{dictionaries: map[string]*table.Dictionary{}}
	for _, t := range collection.Tables {
		for _, f := range t.Fields {
			if f.References != "" && k.dictionaries[f.References] == nil {
				k.dictionaries[f.References] = k.parentOf(collection.Table(f.References))
			}
		}
	}
	return k
}

// parentOf returns the dictionary of a table's key: that of the table which the key itself refers to, or a
// new one.
func (k *Keys) parentOf(t *schemas.Table) *table.Dictionary {
	if key := t.Field(t.Key[0]); key.References != "" && k.dictionaries[key.References] != nil {
		return k.dictionaries[key.References]
	}
	return table.NewDictionary()
}

// Dictionary returns the dictionary of a table's key, or nil when no field refers to the table.
func (k *Keys) Dictionary(table string) *table.Dictionary { return k.dictionaries[table] }

// of returns the dictionary that a field's values belong to, or nil.
func (k *Keys) of(t *schemas.Table, f *schemas.Field) *table.Dictionary {
	if f.References != "" {
		return k.dictionaries[f.References]
	}
	if len(t.Key) == 1 && t.Key[0] == f.Name {
		return k.dictionaries[t.Name]
	}
	return nil
}
