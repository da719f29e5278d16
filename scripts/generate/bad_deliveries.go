package main

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// badDeliveries are the deliveries with their faults and what each must give.
func badDeliveries() []badDelivery {
	replace := func(file, old, by string) func(map[string]string) {
		return func(files map[string]string) { files[file] = strings.ReplaceAll(files[file], old, by) }
	}
	expect := func(exit int, file string, line int, note string, findings ...string) badExpectation {
		e := badExpectation{Exit: exit, Findings: append([]string{}, findings...), File: &file, Note: note}
		if line > 0 {
			e.Line = &line
		}
		return e
	}
	const contacts, referrals = "contacts.csv", "referrals.csv"
	return []badDelivery{
		{"truncated_mid_quote", replace(contacts, "K06,C100003,2019-09-24,2A,EMO,,,Sampleshire,EXISTING_REFERRAL,\n", `K06,C100003,2019-09-24,2A,"EM`),
			expect(3, contacts, 7, "the file ends inside a quoted cell; the five records before it are kept", "IN-009")},
		{"ragged", replace(contacts, "K03,W100002,2019-06-03,3E,PHY,,,", "K03,W100002,2019-06-03,3E,PHY,"),
			expect(0, contacts, 4, "a record of eight cells is quarantined", "IN-006")},
		{"nul", replace(contacts, "3B,UNBORN", "3B,UNB\x00ORN"),
			expect(0, contacts, 6, "a NUL byte in a concern: the cell is unreadable, the record stays", "IN-010")},
		{"wrong_encoding_utf16", func(files map[string]string) { files[contacts] = utf16Text(files[contacts]) },
			expect(0, contacts, 1, "UTF-16 with a byte order mark: read, and named", "IN-015")},
		{"wrong_encoding_cp1252", replace("children.csv", "Noor", "No\xebl"),
			expect(0, "children.csv", 1, "a Windows-1252 letter: read as that, and named", "IN-015")},
		{"empty", func(files map[string]string) { files[contacts] = "" },
			expect(3, contacts, 0, "a file of no bytes", "IN-001")},
		{"header_only", func(files map[string]string) { files[referrals] = firstLine(files[referrals]) },
			expect(0, referrals, 0, "a header and no records", "IN-013")},
		{"missing_table", func(files map[string]string) { delete(files, referrals) },
			expect(0, referrals, 0, "no referrals were delivered", "IN-002")},
		{"missing_column", func(files map[string]string) { files[contacts] = withoutColumn(files[contacts], "source") },
			expect(0, contacts, 0, "no column source: rules that read it are skipped", "IN-003")},
		{"duplicate_header", func(files map[string]string) { files[contacts] = withColumn(files[contacts], "concern", "SUB") },
			expect(0, contacts, 0, "two columns concern: the first is taken, the last kept as an extra column", "IN-011")},
		{"unknown_table", func(files map[string]string) {
			files["visits.csv"] = "visit_id,child_id\nV1,N100001\nV2,W100002\nV3,C100003\n"
		},
			expect(0, "visits.csv", 0, "a file that is no table of the collection: named and ignored")},
		{"no_contact_date_column", func(files map[string]string) { files[contacts] = withoutColumn(files[contacts], "contact_date") },
			expect(0, contacts, 0, "no column contact_date: every contact is quarantined", "IN-003", "IN-007")},
		{"unreadable_dates", func(files map[string]string) {
			replace(contacts, "2019-06-03", "2019-02-30")(files)
			replace(contacts, "2019-08-13", "last week")(files)
		}, expect(0, contacts, 4, "two contacts without a readable date, lines 4 and 6, are quarantined", "IN-005", "IN-007")},
		{"mixed_date_order", func(files map[string]string) {
			replace(referrals, "2019-05-07", "07/05/2019")(files)
			replace(referrals, "2019-07-09", "13/07/2019")(files)
			replace(referrals, "2019-08-20", "08/20/2019")(files)
		}, expect(0, referrals, 0, "13/07/2019 and 08/20/2019 in one column: no order fits both", "IN-012")},
		{"binary", func(files map[string]string) { files[contacts] = "\x89PNG\r\n\x1a\n" + everyByte() },
			expect(3, contacts, 0, "the bytes are no text", "IN-001")},
	}
}

// utf16Text is a text in UTF-16, little end first, with a byte order mark.
func utf16Text(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// everyByte is all 256 bytes.
func everyByte() string {
	out := make([]byte, 256)
	for i := range out {
		out[i] = byte(i)
	}
	return string(out)
}

func firstLine(text string) string {
	return text[:strings.IndexByte(text, '\n')+1]
}

// withColumn adds a last column that holds one value.
func withColumn(text, column, value string) string {
	header := firstLine(text)
	records := strings.ReplaceAll(text[len(header):], "\n", ","+value+"\n")
	return strings.TrimSuffix(header, "\n") + "," + column + "\n" + records
}

// withoutColumn leaves a column out of a table without quoted cells.
func withoutColumn(text, column string) string {
	records := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	at := 0
	for i, name := range strings.Split(records[0], ",") {
		if name == column {
			at = i
		}
	}
	for i, record := range records {
		cells := strings.Split(record, ",")
		records[i] = strings.Join(append(cells[:at:at], cells[at+1:]...), ",")
	}
	return strings.Join(records, "\n") + "\n"
}
