package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// nestedRows is a sink that writes every record as text: its table, line and the cells that are there.
type nestedRows struct {
	layout *Layout
	rows   []string
	faults []table.Fault
	byRow  map[string][]string
	cells  map[string][]map[string]string
	noText int
}

func (s *nestedRows) Header(int, []string, int) error { return nil }

func (s *nestedRows) Batch(number int, text *table.Text) error {
	t := s.layout.tables[number]
	nul := map[uint32]bool{}
	for _, mark := range text.Marks {
		nul[mark.Cell] = true
	}
	for r := range text.Records() {
		var cells []string
		held := map[string]string{}
		for c, name := range t.columns {
			i := r*text.Columns + c
			switch {
			case nul[uint32(i)]:
				cells = append(cells, name+"=(no text)")
				s.noText++
			case text.Begin[i] != 0:
				cells = append(cells, fmt.Sprintf("%s=%q", name, text.Cell(r, c)))
				held[name] = string(text.Cell(r, c))
			}
		}
		row := fmt.Sprintf("%s:%d %s", t.table.Name, text.Lines[r], strings.Join(cells, " "))
		s.rows = append(s.rows, row)
		if s.byRow == nil {
			s.byRow, s.cells = map[string][]string{}, map[string][]map[string]string{}
		}
		s.cells[t.table.Name] = append(s.cells[t.table.Name], held)
		s.byRow[t.table.Name] = append(s.byRow[t.table.Name], row)
	}
	s.faults = append(s.faults, text.Faults...)
	text.Release()
	return nil
}

var censusLayout = sync.OnceValues(func() (*schemas.Collection, *Layout) {
	c, err := schemas.Load("cin_census")
	if err != nil {
		panic(err)
	}
	l, err := NewLayout(c)
	if err != nil {
		panic(err)
	}
	return c, l
})

func readCensus(t testing.TB, text string, window int) (*nestedRows, *XMLReport, error) {
	t.Helper()
	_, l := censusLayout()
	s := &nestedRows{layout: l}
	report, err := ReadXML(context.Background(), iotest.HalfReader(strings.NewReader(text)), Limits{Window: window}, l, s)
	return s, report, err
}

const smallCensus = `<?xml version="1.0" encoding="UTF-8"?>
<c:Message xmlns:c="urn:x">
  <c:Header><c:CollectionDetails><c:Collection>CIN</c:Collection><c:Year>2025</c:Year></c:CollectionDetails>
    <c:Source><c:LEA>998</c:LEA></c:Source></c:Header>
  <c:Children>
    <c:Child>
      <c:CINdetails>
        <c:CINreferralDate>2024-05-01</c:CINreferralDate>
        <c:Assessments>
          <c:FactorsIdentifiedAtAssessment>
            <c:AssessmentFactors>1A</c:AssessmentFactors>
            <c:AssessmentFactors> 2B</c:AssessmentFactors>
          </c:FactorsIdentifiedAtAssessment>
        </c:Assessments>
        <c:CINPlanDates/>
        <c:ChildProtectionPlans><c:CPPstartDate>2024-06-01</c:CPPstartDate>
          <c:Reviews/><c:Reviews><c:CPPreviewDate>2024-07-01</c:CPPreviewDate></c:Reviews>
        </c:ChildProtectionPlans>
        <c:ReferralNFA>false</c:ReferralNFA>
      </c:CINdetails>
      <c:ChildIdentifiers><c:LAchildID>A&amp;1</c:LAchildID><c:UPN/></c:ChildIdentifiers>
      <c:ChildCharacteristics><c:Ethnicity>WBRI</c:Ethnicity><c:Disabilities><c:Disability>NONE</c:Disability></c:Disabilities></c:ChildCharacteristics>
    </c:Child>
    <c:Child><c:CINdetails/><c:CINdetails><c:Section47><c:DateOfInitialCPC><![CDATA[2024-06-01]]></c:DateOfInitialCPC></c:Section47></c:CINdetails></c:Child>
  </c:Children>
</c:Message>
`

func TestXMLRecordsCarryTheirLineKeysAndCells(t *testing.T) {
	for _, window := range []int{16, 100, 1 << 20} {
		s, report, err := readCensus(t, smallCensus, window)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{
			"Header":               {`Header:3 Collection="CIN" Year="2025" LEA="998"`},
			"ChildIdentifiers":     {`ChildIdentifiers:21 LAchildID="A&1" UPN=""`, `ChildIdentifiers:24 `},
			"ChildCharacteristics": {`ChildCharacteristics:22 LAchildID="A&1" Ethnicity="WBRI"`, `ChildCharacteristics:24 `},
			"Disabilities":         {`Disabilities:22 LAchildID="A&1" Disability="NONE"`},
			"CINdetails":           {`CINdetails:7 LAchildID="A&1" CINdetailsID="1" CINreferralDate="2024-05-01" ReferralNFA="false"`, `CINdetails:24 CINdetailsID="1"`, `CINdetails:24 CINdetailsID="2"`},
			"Assessments":          {`Assessments:9 LAchildID="A&1" CINdetailsID="1" AssessmentID="1" AssessmentFactors="1A; 2B"`},
			"CINplanDates":         {`CINplanDates:15 LAchildID="A&1" CINdetailsID="1"`},
			"Section47":            {`Section47:24 CINdetailsID="2" DateOfInitialCPC="2024-06-01"`},
			"ChildProtectionPlans": {`ChildProtectionPlans:16 LAchildID="A&1" CINdetailsID="1" CPPID="1" CPPstartDate="2024-06-01"`},
			"Reviews":              {`Reviews:17 LAchildID="A&1" CINdetailsID="1" CPPID="1" CPPreviewDate="2024-07-01"`},
		}
		for name, rows := range want {
			if got := s.byRow[name]; strings.Join(got, "\n") != strings.Join(rows, "\n") {
				t.Errorf("window %d, %s:\n%s\nwant\n%s", window, name, strings.Join(got, "\n"), strings.Join(rows, "\n"))
			}
		}
		if len(report.Odd) != 0 || report.Damaged || len(s.faults) != 0 {
			t.Errorf("window %d: oddities %v, faults %v", window, report.Odd, s.faults)
		}
		c, _ := censusLayout()
		place := func(name string) int {
			for i, tt := range c.Tables {
				if tt.Name == name {
					return i
				}
			}
			return -1
		}
		if got := fmt.Sprint(report.Parents(place("Section47"), place("CINdetails")), report.Parents(place("Section47"), place("ChildIdentifiers")), report.Parents(place("Reviews"), place("CINdetails"))); got != "[2] [1] [0]" {
			t.Errorf("parents %s", got)
		}
	}
}

func TestXMLDamageCostsItsChild(t *testing.T) {
	child := func(id, inside string) string {
		return "<Child><ChildIdentifiers><LAchildID>" + id + "</LAchildID></ChildIdentifiers>" + inside + "</Child>\n"
	}
	for name, damage := range map[string]string{
		"an end tag is missing":      child("B", "<CINdetails>"),
		"a child never ends":         "<Child><ChildIdentifiers><LAchildID>B</LAchildID></ChildIdentifiers>\n",
		"an ampersand stands alone":  child("B & B", ""),
		"an entity is not known":     child("&xxe;", ""),
		"a tag is none":              child("B", "< CINdetails/>"),
		"a comment never ends":       child("B", "<!-- "),
		"a quote never closes":       child("B", `<CINdetails a="1>`),
		"the wrong end tag":          child("B", "<CINdetails></Section47>"),
		"an end tag too many":        child("B", "</CINdetails>"),
		"an attribute has no value":  child("B", "<CINdetails a/>"),
		"a declaration in the midst": child("B", "<!ELEMENT a>"),
	} {
		text := "<Message><Header/>\n<Children>\n" + child("A", "") + damage + child("C", "<CINdetails/>") + "</Children></Message>"
		s, report, err := readCensus(t, text, 32)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := strings.Join(s.byRow["ChildIdentifiers"], "|")
		if got != `ChildIdentifiers:3 LAchildID="A"|ChildIdentifiers:5 LAchildID="C"` || len(s.byRow["CINdetails"]) != 1 || !report.Damaged || len(s.faults) != 1 {
			t.Errorf("%s: %s, %v, faults %+v", name, got, s.byRow["CINdetails"], s.faults)
		}
	}
}

func TestXMLTruncatedFileKeepsWhatWasWhole(t *testing.T) {
	whole := strings.Index(smallCensus, "<c:Child><c:CINdetails/>")
	for cut := range len(smallCensus) {
		s, report, err := readCensus(t, smallCensus[:cut], 64)
		switch {
		case err != nil:
			if cut > strings.Index(smallCensus, "<c:Message")+30 {
				t.Fatalf("cut at %d: %v", cut, err)
			}
		case cut < len(smallCensus)-1 && !report.Damaged:
			t.Fatalf("cut at %d: the damage is not noticed", cut)
		case cut >= whole && len(s.byRow["ChildIdentifiers"]) < 1:
			t.Fatalf("cut at %d: the first child is lost", cut)
		}
	}
}

func TestXMLRefusals(t *testing.T) {
	deep := "<Message>" + strings.Repeat("<a>", 100)
	for _, c := range []struct {
		text string
		want error
	}{
		{"", ErrEmpty},
		{"LAchildID,UPN\n", ErrBinary},
		{`<?xml version="1.0" encoding="EBCDIC-CP-US"?><Message/>`, ErrEncoding},
		{"<!DOCTYPE Message [<!ENTITY a \"b\">]><Message/>", ErrRefused},
		{"<Other/>", ErrHeader},
		{"<Message", ErrHeader},
		{deep, ErrLimit},
	} {
		if _, _, err := readCensus(t, c.text, 64); !errors.Is(err, c.want) {
			t.Errorf("%.40q: %v, want %v", c.text, err, c.want)
		}
	}
}

func TestXMLEncodings(t *testing.T) {
	body := "<Message><Children><Child><ChildIdentifiers><LAchildID>caf\xe9\x80</LAchildID></ChildIdentifiers></Child></Children></Message>"
	for _, c := range []struct{ text, want string }{
		{`<?xml version="1.0" encoding="windows-1252"?>` + body, `LAchildID="café€"`},
		{`<?xml version='1.0' encoding='ISO-8859-1'?>` + body, "LAchildID=\"café\\u0080\""},
		{`<?xml version="1.0"?>` + body, "LAchildID=(no text)"},
		{"\xff\xfe" + utf16le(strings.ReplaceAll(body, "caf\xe9\x80", "café€")), `LAchildID="café€"`},
		{utf16le(strings.ReplaceAll(body, "caf\xe9\x80", "cafe")), `LAchildID="cafe"`},
	} {
		s, _, err := readCensus(t, c.text, 64)
		if err != nil || len(s.byRow["ChildIdentifiers"]) != 1 || s.byRow["ChildIdentifiers"][0] != "ChildIdentifiers:1 "+c.want {
			t.Errorf("%.60q: %v, %v, want %s", c.text, s.byRow, err, c.want)
		}
	}
}

func utf16le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

func TestXMLOddities(t *testing.T) {
	text := "<Message><Children>\n<Child><ChildIdentifiers><LAchildID>A</LAchildID>\n<LAchildID>B</LAchildID><Nickname>x</Nickname></ChildIdentifiers>\nloose<ChildProtectionPlans/></Child>\n<Child><ChildIdentifiers><Nickname/></ChildIdentifiers></Child></Children></Message>"
	s, report, err := readCensus(t, text, 64)
	want := []Oddity{{Twice, 1, 2, "LAchildID"}, {Unknown, 1, 3, "Nickname"}, {Loose, 1, 4, "Child"}, {Unknown, 1, 4, "ChildProtectionPlans"}}
	if err != nil || fmt.Sprint(report.Odd) != fmt.Sprint(want) {
		t.Errorf("%v, %v, want %v", report.Odd, err, want)
	}
	if got := s.byRow["ChildProtectionPlans"]; len(got) != 1 || got[0] != `ChildProtectionPlans:4 LAchildID="A" CPPID="1"` {
		t.Errorf("misplaced plan: %q", got)
	}
}

func TestXMLWithManyOpenCommentsIsReadInTime(t *testing.T) {
	text := "<Message><Children>" + strings.Repeat("<Child><!-- ", 20000)
	_, l := censusLayout()
	s := &nestedRows{layout: l}
	report, err := ReadXML(context.Background(), strings.NewReader(text), Limits{}, l, s)
	if err != nil || !report.Damaged || len(s.faults) != 20000 {
		t.Errorf("%d faults, %v", len(s.faults), err)
	}
}
