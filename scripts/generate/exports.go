package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
)

// An export is a small delivery as a council's systems make it, with the configuration that reads it and what must
// come out.
type export struct {
	name   string
	files  map[string]string // by path below the export's folder
	expect exportExpectation
}

// An exportExpectation is what the program must make of an export: exit code, findings about files by rule, and the
// figures of the waterfall.
type exportExpectation struct {
	Exit      int            `json:"exit"`
	Findings  map[string]int `json:"findings"`
	Contacts  int            `json:"contacts"`
	Unique    int            `json:"unique"`
	Converted int            `json:"converted"`
	Note      string         `json:"note"`
}

// writeExports writes each export to a folder of its name, and expected.json with what each must give.
func writeExports(dir string) error {
	expected := map[string]exportExpectation{}
	for _, e := range []export{annexA(), liquidlogic(), mosaic(), safeguarding()} {
		for name, text := range e.files {
			if err := writeFile(filepath.Join(dir, e.name, filepath.FromSlash(name)), text); err != nil {
				return err
			}
		}
		expected[e.name] = e.expect
	}
	text, err := json.MarshalIndent(expected, "", "  ")
	if err != nil {
		return fmt.Errorf("write expectations: %w", err)
	}
	return writeFile(filepath.Join(dir, "expected.json"), string(text)+"\n")
}

// configuration is a configuration of the invented authority with the extracts given as YAML.
func configuration(extracts string) string {
	return "# Synthetic: an invented authority and invented records.\nauthority: \"998\"\nas_at: 2019-12-31\nstore: ../../../store\npseudonym_key_file: ../../front-door.key\nextracts:\n" + extracts
}

// annexA is a workbook of eleven lists, each with dirt of its own.
func annexA() export {
	records := [][]string{
		{ // contacts: one source in three spellings, two rows that nothing tells apart, a group, a mapped and an unmapped source
			"100001,a) Male,a) WBRI,01/02/2012,7,02/05/2019,q) 6: Police", "100001,a) Male,a) WBRI,01/02/2012,7,02/05/2019,6 Police",
			"100002,b) Female,g) MWBA,03/04/2010,9,03/06/2019,Police", "100003,Female,b) Mixed,05/06/2015,4,04/06/2019,a) Individual",
			"100004,a) Male,a) WBRI,07/08/2016,3,05/06/2019,e) 2A: Schools", "100005,d) Neither,t) NOBT,,,06/06/2019,Helpline",
		},
		{"100004,a) Male,a) WBRI,07/08/2016,3,07/06/2019,,Sample Academy", "100005,d) Neither,t) NOBT,,,08/06/2019,01/07/2019,Early Help Team"},
		{"100001,a) Male,a) WBRI,01/02/2012,7,03/05/2019,q) 6: Police,b) No,0,Duty Team,A Worker", "100002,b) Female,g) MWBA,03/04/2010,9,04/09/2019,g) 3A: Health services,a) Yes,1,Duty Team,A Worker"},
		{"100001,a) Male,a) WBRI,01/02/2012,7,b) No,07/05/2019,Yes,20/06/2019,a) Yes,Team 1,A Worker"},
		{"100001,a) Male,a) WBRI,01/02/2012,7,b) No,08/05/2019,b) No,20/05/2019,Yes,1,1,Team 1,A Worker"},
		{"100004,a) Male,a) WBRI,07/08/2016,3,b) No,01/03/2019,N1 - Abuse or neglect,01/12/2019,,,c) Child in need plan,Team 2,A Worker"},
		{"100006,b) Female,a) WBRI,09/09/2009,10,a) Yes,01/04/2019,Neglect,b) Physical abuse,02/12/2019,a) Yes,03/10/2019,,b) No,0,Team 1,A Worker"},
		{"100007,a) Male,d) WOTH,10/10/2008,11,b) No,b) No,05/05/2018,N1 - Abuse or neglect,b) No,05/05/2018,C2,01/11/2019,02/12/2019,f) Long-term fostering,,,,1,,,06/05/2018,U4,PR1,SX1 1AA,,a) In,Sampleshire,0,0,,,Team 3,A Worker"},
		{"100008,a) Male,r) OOTH,11/11/2001,18,b) No,b) No,Leaving Care,A Worker,An Adviser,b) Former relevant,01/10/2019,a) Yes,02/12/2019,U: Independent living,a) Suitable,F2: Full time in education other than higher"},
		{"100009,F1,b) Female,a) WBRI,12/12/2017,2,b) No,01/01/2018,01/06/2018,01/07/2018,,,,,,"},
		{"A1,F1,b) Female,a) WBRI,b) No,No,01/01/2019,15/01/2019,,,,,,,,,,,"},
	}
	var w workbook
	for i, rows := range records {
		w.sheets = append(w.sheets, sheetOf(fmt.Sprintf("List %d", i+1), annexAHeaders[i]+"\n"+strings.Join(rows, "\n")+"\n"))
	}
	dirt := func(list int) *sheet { return &w.sheets[list-1] }
	dirt(1).cell("A4", `><v>100002</v></c>`)     // a number as an identifier
	dirt(1).cell("F6", `><v>43621</v></c>`)      // a date without its format
	dirt(2).cell("H2", ` t="e"><v>#N/A</v></c>`) // an error
	dirt(3).rows[2] = strings.Replace(dirt(3).rows[2], "<row ", `<row hidden="1" `, 1)
	dirt(4).cell("K2", " t=\"inlineStr\"><is><t>Team\u00a01</t></is></c>") // a no-break blank
	dirt(5).rows = append(dirt(5).rows, `<row r="3"><c r="A3" t="inlineStr"><is><t>Total</t></is></c><c r="K3"><v>1</v></c></row>`)
	dirt(6).cell("E2", `><v>3.14</v></c>`) // an age with a fraction
	dirt(7).behind = `<mergeCells><mergeCell ref="P2:Q2"/></mergeCells>`
	dirt(8).before = `<cols><col min="10" max="10" hidden="1"/></cols>`
	dirt(9).cell("L2", ` s="1"><f>TODAY()</f><v>43739</v></c>`) // a formula
	dirt(10).state = "hidden"
	dirt(11).rows[1] = strings.Replace(dirt(11).rows[1], `<row r="2">`, `<row r="4">`, 1)
	dirt(11).rows[1] = strings.ReplaceAll(dirt(11).rows[1], `2" t=`, `4" t=`) // blank rows above
	w.sheets = append(w.sheets, sheetOf("Guidance", "Synthetic\n"))
	return export{
		name: "annex-a",
		files: map[string]string{
			"annex-a.xlsx": w.bytes(),
			"run.yaml":     configuration("  - {collection: annex_a, path: annex-a.xlsx, from: 2019-04-01}\n"),
		},
		expect: exportExpectation{
			Findings: map[string]int{
				"IN-017": 1, "IN-018": 1, "IN-022": 1, "IN-025": 1, "IN-027": 1, "IN-030": 1, "IN-031": 1, "IN-032": 1, "IN-033": 1,
				"IN-035": 1, "IN-036": 1, "IN-040": 1, "IN-045": 1, "IN-046": 1, "IN-052": 2,
			},
			Contacts: 6, Unique: 4, Converted: 1,
			Note: "one contact is a copy that nothing tells from the other; one child has been in need since March",
		},
	}
}

// liquidlogic is a report with local names and words, titles above, a total below, in Windows-1252.
func liquidlogic() export {
	return export{
		name: "liquidlogic",
		files: map[string]string{
			"contacts report.csv": "Contacts Report;;;;;\r\nRun by No\xebl on 02/01/2020;;;;;\r\n\r\n" +
				"Contact Ref;Person Id;Contact Date;Contact Made By;Presenting Issue;Contact Outcome\r\n" +
				"LL1;200001;02/05/2019 09:15;Police - Sampleshire;Domestic abuse;Progress to Referral\r\n" +
				"LL2;200001;03/05/2019 00:00;School;Domestic abuse;Information & Advice\r\n" +
				"LL3;200002;13/06/2019 11:30;Caf\xe9 owner;Neglect;Signposted elsewhere\r\n" +
				"Total;3;;;;\r\n",
			"referrals.txt": "Referral Ref\tPerson Id\tReferral Date\tReferred By\r\nR1\t200001\t07/05/2019\tPolice - Sampleshire\r\n",
			"mapping.yaml": `# What this council's report calls things. Synthetic.
columns:
  contacts: {Contact Ref: contact_id, Person Id: child_id, Contact Date: contact_date, Contact Made By: source, Presenting Issue: concern, Contact Outcome: outcome}
  referrals: {Referral Ref: referral_id, Person Id: child_id, Referral Date: referral_date, Referred By: source}
values:
  contacts:
    source: {Police - Sampleshire: "6", School: "2A"}
    outcome: {Progress to Referral: "NEW_REFERRAL", Information & Advice: "ADVICE"}
  referrals:
    source: {Police - Sampleshire: "6"}
`,
			"run.yaml": configuration("  - {collection: front_door, path: contacts report.csv, table: contacts, mapping: mapping.yaml, dates: dmy}\n  - {collection: front_door, path: referrals.txt, mapping: mapping.yaml, dates: dmy}\n"),
		},
		expect: exportExpectation{
			Findings: map[string]int{"IN-002": 2, "IN-003": 6, "IN-015": 1, "IN-016": 2, "IN-017": 1, "IN-040": 2},
			Contacts: 3, Unique: 2, Converted: 1,
			Note: "two contacts tell of one incident; a source and an outcome are not mapped",
		},
	}
}

// mosaic is an archive of files with lone carriage returns and numbers with decimals, the UPN hashed at source.
func mosaic() export {
	return export{
		name: "mosaic",
		files: map[string]string{
			"mosaic.zip": archive(
				[2]string{"export/M_CONTACTS.csv", strings.ReplaceAll("WORKFLOW_STEP_ID|SUBJECT_ID|DATE_STARTED|SOURCE_CODE|PRIMARY_REASON\n9001|300001.0|16-May-2019|6.0|DA\n9002|300002.0|17-May-2019|2A|NEG\n9003|300002.0|20-May-2019|2A|NEG\n", "\n", "\r")},
				[2]string{"export/M_PEOPLE.csv", "SUBJECT_ID,UPN,DOB,GENDER\n300001,5f2b6c,01/02/2012,M\n300002,9a8b7c,13/04/2014,F\n"},
				[2]string{"export/readme.txt", "Synthetic\n"}),
			"run.yaml": configuration(`  - collection: front_door
    path: mosaic.zip
    columns:
      contacts: {WORKFLOW_STEP_ID: contact_id, SUBJECT_ID: child_id, DATE_STARTED: contact_date, SOURCE_CODE: source, PRIMARY_REASON: concern}
      children: {SUBJECT_ID: child_id, UPN: upn, DOB: date_of_birth, GENDER: sex}
    files: {M_CONTACTS: contacts, M_PEOPLE: children}
    state:
      children: {upn: hashed}
`),
		},
		expect: exportExpectation{
			Findings: map[string]int{"IN-002": 2, "IN-003": 13, "IN-024": 2, "IN-045": 1},
			Contacts: 3, Unique: 2, Converted: 0,
			Note: "300001.0 is child 300001; whether contacts became referrals cannot be said; rules on the UPN are skipped",
		},
	}
}

// safeguarding is an export of the Standard Safeguarding Dataset with school data beside it, joined for a purpose.
func safeguarding() export {
	return export{
		name: "ssd",
		files: map[string]string{
			"ssd/ssd_person.csv": "pers_person_id,pers_upn,pers_nhs_number,pers_forename,pers_surname,pers_dob,pers_expected_dob,pers_sex,pers_ethnicity,pers_legacy_id\n" +
				"S1,B801200005001,,Alba,Ambleforth,2012-02-01 00:00:00,,F,WBRI,\nS2,,9990000018,Cai,Birchmoor,2014-04-13 00:00:00,,M,MWBC,\n",
			"ssd/ssd_contacts.csv": "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code,cont_contact_source_desc,cont_contact_outcome_json\n" +
				"K1,S1,2019-05-02 09:00:00,6,Police,\"{\"\"NEW_REFERRAL_FLAG\"\": \"\"Y\"\", \"\"NFA_FLAG\"\": \"\"Y\"\"}\"\n" +
				"K2,S2,2019-05-16 00:00:00,2A,School,\"{\"\"NEW_REFERRAL_FLAG\"\": \"\"N\"\", \"\"ADVICE_FLAG\"\": \"\"Y\"\"}\"\n" +
				"K3,S2,2019-06-17 00:00:00,2A,School,advice given\n",
			"ssd/ssd_cin_episodes.csv": "cine_referral_id,cine_person_id,cine_referral_date,cine_cin_primary_need_code,cine_referral_source_code,cine_referral_nfa,cine_close_date,cine_close_reason\n" +
				"R1,S1,2019-05-03 00:00:00,N1,6,N,,\n",
			"school/pupils.csv": "upn,former_upn,forename,surname,date_of_birth,sex,postcode,school_urn,entry_date,leaving_date,enrolment_status,sen_provision,sessions_possible,sessions_missed\n" +
				"B801200005001,,Alba,Ambleforth,2012-02-01,F,SX1 1AA,100001,2016-09-05,,C,N,190,12\n" +
				"Q839400024001,,Noor,Calderfield,2010-01-09,F,SX3 9EF,100001,2014-09-01,,C,K,190,191\n",
			"school/exclusions.csv": "upn,category,start_date,sessions,reason\nQ839400024001,SUSP,2019-10-01,4,DB\nX37010000124A,PERM,2019-11-04,,PP\n",
			"run.yaml":              configuration("  - {collection: ssd, path: ssd}\n  - {collection: school, path: school}\njoin: {school: true, purpose: attendance of children in need}\n"),
		},
		expect: exportExpectation{
			Findings: map[string]int{"IN-040": 1},
			Contacts: 3, Unique: 3, Converted: 1,
			Note: "the most serious of a contact's outcome flags counts; one child of one with a UPN is among the pupils",
		},
	}
}
