package main

import "strings"

// badFormats are deliveries in forms that councils' systems and spreadsheets give them, each with one fault.
func badFormats() []badDelivery {
	const contacts, referrals, children = "contacts.csv", "referrals.csv", "children.csv"
	expect := func(exit int, file string, line int, note string, findings ...string) badExpectation {
		file, sheet, _ := strings.Cut(file, ".xlsx!") // no archive holds a workbook here
		if sheet != "" {
			file += ".xlsx"
		}
		e := badExpectation{Exit: exit, Findings: append([]string{}, findings...), File: &file, Sheet: sheet, Note: note}
		if line > 0 {
			e.Line = &line
		}
		return e
	}
	change := func(file string, change func(text string) string) func(map[string]string) {
		return func(files map[string]string) { files[file] = change(files[file]) }
	}
	replace := func(file string, pairs ...string) func(map[string]string) {
		return change(file, strings.NewReplacer(pairs...).Replace)
	}
	// instead delivers contacts in another file.
	instead := func(name string, text func(contacts string) string) func(map[string]string) {
		return func(files map[string]string) {
			files[name] = text(files[contacts])
			delete(files, contacts)
		}
	}
	always := func(text string) func(string) string { return func(string) string { return text } }
	// inSheet delivers contacts as a workbook, changed.
	inSheet := func(change func(w *workbook, s *sheet)) func(map[string]string) {
		return instead("contacts.xlsx", func(text string) string {
			w := workbook{sheets: []sheet{sheetOf("Contacts", text)}}
			change(&w, &w.sheets[0])
			return w.bytes()
		})
	}
	const inWorkbook = "contacts.xlsx!Contacts"
	return []badDelivery{
		{"title_lines", change(contacts, func(t string) string { return "Contacts received\nRun on 2 January 2020, by the team\n\n" + t }),
			expect(0, contacts, 1, "two lines of a title above the header", "IN-016")},
		{"total_below", change(contacts, func(t string) string { return t + "Total,,6,,,,,,,\n" }),
			expect(0, contacts, 8, "a total below the records is quarantined", "IN-017")},
		{"blank_lines", replace(contacts, "K03,", "\n,,,,,,,,,\nK03,"),
			expect(0, contacts, 4, "a blank line and a line of commas between records", "IN-018")},
		{"header_again", replace(contacts, "K04,", soundHeader+"K04,"),
			expect(0, contacts, 5, "the header stands again, as where two extracts were pasted together", "IN-019")},
		{"other_header", change(referrals, func(t string) string {
			return t + "child_id,referral_id,source,referral_date,nfa,source_system\nC100004,R04,3B,2019-08-14,0,Sampleshire\n"
		}), expect(0, referrals, 5, "another header: the record below it is read by it", "IN-020")},
		{"error_of_a_spreadsheet", replace(contacts, "3E,PHY", "3E,#N/A"),
			expect(0, contacts, 4, "#N/A in a concern: the cell is unreadable", "IN-022")},
		{"scientific_notation", replace(referrals, "R02,C100003", "R02,1.00E+05"),
			expect(0, referrals, 3, "a child number as 1.00E+05: its digits are lost", "IN-023")},
		{"decimal_codes", replace(contacts, "2019-05-02,6,", "2019-05-02,6.0,"),
			expect(0, contacts, 2, "a source 6.0 is read as 6", "IN-024")},
		{"serial_dates", replace(referrals, "2019-05-07", "43592", "2019-07-09", "43655", "2019-08-20", "43697"),
			expect(0, referrals, 2, "dates as the numbers that spreadsheets count", "IN-025")},
		{"short_years", replace(referrals, "2019-05-07", "07/05/19", "2019-07-09", "09/07/19", "2019-08-20", "20/08/19"),
			expect(0, referrals, 2, "years of two digits", "IN-026")},
		{"hidden_blanks", replace(children, "Ambleforth", "Amble\u00a0forth"),
			expect(0, children, 2, "a no-break blank inside a name", "IN-027")},
		{"protected_text", replace(contacts, "K02,", `"=""K02""",`),
			expect(0, contacts, 3, `a number written as ="K02"`, "IN-028")},
		{"zeros_lost", func(files map[string]string) {
			replace(children, "N100001", "0100001")(files)
			replace(referrals, "N100001", "100001")(files)
		}, expect(0, referrals, 2, "child 0100001 is 100001 among the referrals", "IN-029")},
		{"stray_text", replace(contacts, "2A,DA,,,Sampleshire", `"2A"A,DA,,,Sampleshire`),
			expect(0, contacts, 3, "text behind a closing quote", "IN-014")},
		{"month_first", replace(referrals, "2019-05-07", "05/17/2019", "2019-07-09", "07/19/2019", "2019-08-20", "08/20/2019"),
			expect(0, referrals, 0, "dates with the month first, undeclared", "IN-012")},
		{"no_header", change(referrals, func(string) string { return "1,2,20190507,6,1,8\n3,4,20190709,6,1,8\n" }),
			expect(3, referrals, 0, "numbers where the header should be", "IN-001")},
		{"cut_in_a_letter", change(children, func(t string) string { return strings.TrimSuffix(t, "\n") + "\xc3" }),
			expect(3, children, 0, "the file ends inside a letter", "IN-001")},
		{"broken_utf8", replace(children, "Alba", "Zo\u00eb", "Cai", "Ren\u00e9", "Noor", "No\xeb"),
			expect(3, children, 0, "letters of UTF-8 and one that is not", "IN-001")},
		{"neither_encoding", replace(children, "Noor", "No\x81r"),
			expect(3, children, 0, "a byte that neither UTF-8 nor Windows-1252 has", "IN-001")},
		{"cut_utf16", change(contacts, func(t string) string { return utf16Text(t) + "\x00" }),
			expect(3, contacts, 0, "UTF-16 that ends inside a character", "IN-001")},
		{"too_many_columns", change(contacts, func(string) string { return "contact_id" + strings.Repeat(",x", 4100) + "\n" }),
			expect(3, contacts, 0, "more columns than the limit", "IN-001", "IN-042")},
		{"old_workbook", instead("contacts.xls", always(oldOffice("Workbook"))),
			expect(3, "contacts.xls", 0, "a workbook of Excel 97 to 2003", "IN-001")},
		{"protected_workbook", instead("contacts.xlsx", always(oldOffice("EncryptedPackage"))),
			expect(3, "contacts.xlsx", 0, "a workbook with a password", "IN-001", "IN-043")},
		{"web_page", instead("contacts.xls", always("<html><body><table><tr><td>contact_id</td></tr></table></body></html>")),
			expect(3, "contacts.xls", 0, "a web page named as a workbook", "IN-001")},
		{"workbook_of_2003", instead("contacts.xls", always(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>`)),
			expect(3, "contacts.xls", 0, "a workbook in the XML of Excel 2003", "IN-001")},
		{"pdf", change(contacts, always("%PDF-1.7\n")),
			expect(3, contacts, 0, "a PDF named as CSV", "IN-001")},
		{"cut_archive", instead("contacts.zip", func(t string) string { return archive([2]string{contacts, t})[:100] }),
			expect(3, "contacts.zip", 0, "an archive that was cut off", "IN-001")},
		{"protected_archive", instead("contacts.zip", func(t string) string { return withPassword(archive([2]string{contacts, t})) }),
			expect(3, "contacts.zip!contacts.csv", 0, "an archive with a password", "IN-001", "IN-043")},
		{"archive_in_archive", instead("contacts.zip", func(t string) string {
			return archive([2]string{"contacts.zip", archive([2]string{contacts, t})})
		}), expect(3, "contacts.zip!contacts.zip", 0, "an archive inside an archive", "IN-001", "IN-042")},
		{"cut_gzip", instead("contacts.csv.gz", func(t string) string { return packed(t)[:150] }),
			expect(3, "contacts.csv.gz", 0, "a gzip file that was cut off", "IN-001")},
		{"not_a_workbook", instead("contacts.xlsx", func(string) string {
			return archive([2]string{"[Content_Types].xml", "<Types/>"}, [2]string{"word/document.xml", "<x/>"})
		}), expect(3, "contacts.xlsx", 0, "an Office document that is no workbook", "IN-001")},
		{"cut_workbook", instead("contacts.xlsx", func(t string) string {
			text := workbook{sheets: []sheet{sheetOf("Contacts", t)}}.bytes()
			return text[:len(text)/2]
		}), expect(3, "contacts.xlsx", 0, "a workbook that was cut off", "IN-001")},
		{"document_type", inSheet(func(_ *workbook, s *sheet) { s.before = `<!DOCTYPE x [<!ENTITY a "b">]>` }),
			expect(3, inWorkbook, 0, "a workbook with a document type", "IN-001")},
		{"hidden_sheet", inSheet(func(_ *workbook, s *sheet) { s.state = "veryHidden" }),
			expect(0, inWorkbook, 1, "the sheet is hidden", "IN-031")},
		{"hidden_rows", inSheet(func(_ *workbook, s *sheet) { s.rows[3] = strings.Replace(s.rows[3], "<row ", `<row hidden="1" `, 1) }),
			expect(0, inWorkbook, 4, "a row is hidden", "IN-032")},
		{"hidden_column", inSheet(func(_ *workbook, s *sheet) { s.before = `<cols><col min="4" max="4" hidden="1"/></cols>` }),
			expect(0, inWorkbook, 1, "a column is hidden", "IN-033")},
		{"filtered_sheet", inSheet(func(_ *workbook, s *sheet) { s.before = `<sheetPr filterMode="1"/>` }),
			expect(0, inWorkbook, 1, "the sheet has a filter", "IN-034")},
		{"merged_cells", inSheet(func(_ *workbook, s *sheet) { s.behind = `<mergeCells><mergeCell ref="E2:E3"/></mergeCells>` }),
			expect(0, inWorkbook, 2, "two cells are merged", "IN-035")},
		{"computed_cells", inSheet(func(_ *workbook, s *sheet) { s.cell("E4", ` t="str"><f>E3</f><v>PHY</v></c>`) }),
			expect(0, inWorkbook, 4, "a cell is a formula", "IN-036")},
		{"uncomputed_cells", inSheet(func(_ *workbook, s *sheet) { s.cell("E4", `><f>E3</f></c>`) }),
			expect(0, inWorkbook, 4, "a formula that was never computed", "IN-036", "IN-037")},
		{"days_from_1904", inSheet(func(w *workbook, s *sheet) {
			w.properties = ` date1904="1"`
			s.cell("C4", ` s="1"><v>42157</v></c>`)
		}), expect(0, inWorkbook, 1, "a workbook that counts days from 1904", "IN-038")},
		{"digits_lost", inSheet(func(_ *workbook, s *sheet) { s.cell("B4", `><v>1.2345678901234568E+17</v></c>`) }),
			expect(0, inWorkbook, 4, "an identifier of more than 15 digits kept as a number", "IN-030", "IN-039")},
		{"numbers_as_identifiers", inSheet(func(_ *workbook, s *sheet) { s.cell("A4", `><v>3</v></c>`) }),
			expect(0, inWorkbook, 4, "an identifier kept as a number", "IN-030")},
		{"sheet_that_is_no_table", inSheet(func(w *workbook, _ *sheet) { w.sheets = append(w.sheets, sheetOf("Guidance", "Read me\n")) }),
			expect(0, "contacts.xlsx!Guidance", 1, "a sheet that is no table", "IN-045")},
	}
}
