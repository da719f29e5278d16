package census

import (
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// WriteXML writes a return with one element a line.
func (n *Node) WriteXML(to io.Writer) error {
	w := bufio.NewWriterSize(to, 1<<20)
	if _, err := w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); err != nil {
		return err
	}
	if err := n.write(w, 0); err != nil {
		return err
	}
	return w.Flush()
}

func (n *Node) write(w *bufio.Writer, depth int) error {
	for range depth {
		if _, err := w.WriteString("  "); err != nil {
			return err
		}
	}
	if len(n.Kids) == 0 {
		if _, err := w.WriteString("<" + n.Name + ">"); err != nil {
			return err
		}
		if err := xml.EscapeText(w, []byte(n.Text)); err != nil {
			return err
		}
		_, err := w.WriteString("</" + n.Name + ">\n")
		return err
	}
	if _, err := w.WriteString("<" + n.Name + ">\n"); err != nil {
		return err
	}
	for _, kid := range n.Kids {
		if err := kid.write(w, depth+1); err != nil {
			return err
		}
	}
	for range depth {
		if _, err := w.WriteString("  "); err != nil {
			return err
		}
	}
	_, err := w.WriteString("</" + n.Name + ">\n")
	return err
}

// columns are the columns of the tables as a folder of CSV has them, keys first.
var columns = map[string][]string{
	"Header":               {"Collection", "Year", "ReferenceDate", "SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime"},
	"ChildIdentifiers":     {"LAchildID", "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "Sex", "GenderCurrent", "PersonDeathDate"},
	"ChildCharacteristics": {"LAchildID", "Ethnicity"},
	"Disabilities":         {"LAchildID", "Disability"},
	"CINdetails":           {"LAchildID", "CINdetailsID", "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate", "ReasonForClosure", "DateOfInitialCPC", "ReferralNFA"},
	"Assessments":          {"LAchildID", "CINdetailsID", "AssessmentID", "AssessmentActualStartDate", "AssessmentInternalReviewDate", "AssessmentAuthorisationDate", "AssessmentFactors"},
	"CINplanDates":         {"LAchildID", "CINdetailsID", "CINPlanStartDate", "CINPlanEndDate"},
	"Section47":            {"LAchildID", "CINdetailsID", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired"},
	"ChildProtectionPlans": {"LAchildID", "CINdetailsID", "CPPID", "CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"},
	"Reviews":              {"LAchildID", "CINdetailsID", "CPPID", "CPPreviewDate"},
	"PreProceedings":       {"LAchildID", "CINdetailsID", "PPStartDate", "LBPSentDate", "FGDMMeetingOffer", "FGDMMeetingFac", "InitialPPMeetingDate", "ReviewMeetingsCount", "StepDecisionDate", "PPOutcome", "CourtAppDate", "LetterInitCPDate"},
}

// tables says which table an episode's elements go to.
var tables = map[string]string{
	"Assessments": "Assessments", "CINPlanDates": "CINplanDates", "Section47": "Section47",
	"ChildProtectionPlans": "ChildProtectionPlans", "PreProceedingsandFGDM": "PreProceedings",
}

// writeXMLFile writes a return child by child.
func writeXMLFile(path string, header *Node, children iter.Seq[*Node]) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	defer func() { err = errors.Join(err, w.Flush(), file.Close()) }()
	if _, err := w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Message>\n"); err != nil {
		return err
	}
	if err := header.write(w, 1); err != nil {
		return err
	}
	if _, err := w.WriteString("  <Children>\n"); err != nil {
		return err
	}
	for child := range children {
		if err := child.write(w, 2); err != nil {
			return err
		}
	}
	_, err = w.WriteString("  </Children>\n</Message>\n")
	return err
}

// WriteCSV writes a return as one CSV for each table into a folder.
func (n *Node) WriteCSV(folder string) error {
	return writeFolder(folder, n.Kid("Header"), slices.Values(n.Kid("Children").Kids))
}

func writeFolder(folder string, header *Node, children iter.Seq[*Node]) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	t := &csvTables{writers: map[string]*csv.Writer{}}
	var files []*os.File
	defer func() {
		for _, f := range files {
			if closed := f.Close(); err == nil {
				err = closed
			}
		}
	}()
	for name, names := range columns {
		f, err := os.Create(filepath.Join(folder, name+".csv"))
		if err != nil {
			return err
		}
		files = append(files, f)
		t.writers[name] = csv.NewWriter(f)
		t.err = t.writers[name].Write(names)
	}
	t.row("Header", nil, &Node{Kids: append(header.Kid("CollectionDetails").Kids, header.Kid("Source").Kids...)})
	for child := range children {
		t.child(child)
	}
	for _, w := range t.writers {
		w.Flush()
		if t.err == nil {
			t.err = w.Error()
		}
	}
	return t.err
}

type csvTables struct {
	writers map[string]*csv.Writer
	err     error
}

// row writes the texts of a record: keys first, then what its element holds.
func (t *csvTables) row(table string, keys []string, n *Node) {
	names := columns[table]
	cells := append([]string{}, keys...)
	for _, name := range names[len(keys):] {
		text := ""
		if kid := n.Kid(name); kid != nil {
			text = kid.Text
		}
		if name == "AssessmentFactors" {
			if found := n.Kid("FactorsIdentifiedAtAssessment"); found != nil {
				var all []string
				for _, kid := range found.Kids {
					all = append(all, kid.Text)
				}
				text = strings.Join(all, ";")
			}
		}
		cells = append(cells, text)
	}
	if err := t.writers[table].Write(cells); err != nil && t.err == nil {
		t.err = err
	}
}

func (t *csvTables) child(child *Node) {
	identifiers := child.Kid("ChildIdentifiers")
	id := ""
	if kid := identifiers.Kid("LAchildID"); kid != nil {
		id = kid.Text
	}
	t.row("ChildIdentifiers", nil, identifiers)
	if characteristics := child.Kid("ChildCharacteristics"); characteristics != nil {
		t.row("ChildCharacteristics", []string{id}, characteristics)
		if all := characteristics.Kid("Disabilities"); all != nil {
			for _, kid := range all.Kids {
				t.row("Disabilities", []string{id}, &Node{Kids: []*Node{kid}})
			}
		}
	}
	episodes := 0
	for _, e := range child.Kids {
		if e.Name == "CINdetails" {
			episodes++
			t.episode(id, strconv.Itoa(episodes), e)
		}
	}
}

func (t *csvTables) episode(id, number string, e *Node) {
	t.row("CINdetails", []string{id, number}, e)
	counts := map[string]int{}
	for _, kid := range e.Kids {
		table := tables[kid.Name]
		if table == "" {
			continue
		}
		counts[table]++
		own := strconv.Itoa(counts[table])
		switch table {
		case "Assessments":
			t.row(table, []string{id, number, own}, kid)
		case "ChildProtectionPlans":
			t.row(table, []string{id, number, own}, kid)
			for _, review := range kid.Kids {
				if review.Name == "Reviews" {
					t.row("Reviews", []string{id, number, own}, review)
				}
			}
		default:
			t.row(table, []string{id, number}, kid)
		}
	}
}
