package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// A badDelivery is a small front-door delivery without a fault but one.
type badDelivery struct {
	name   string
	change func(files map[string]string) // makes the fault
	expect badExpectation
}

// A badExpectation is what the program must make of a bad delivery.
type badExpectation struct {
	Exit     int      `json:"exit"`
	Findings []string `json:"findings"` // rules of which each must have a finding
	File     *string  `json:"file"`     // the file at fault
	Sheet    string   `json:"sheet,omitempty"`
	Line     *int     `json:"line"` // the first record at fault, null where it is no record
	Note     string   `json:"note"`
}

// writeBad writes each bad delivery to a folder of its name, and expected.json
// with what each must give.
func writeBad(dir string) error {
	expected := map[string]badExpectation{}
	for _, b := range append(badDeliveries(), badFormats()...) {
		files := soundFiles()
		b.change(files)
		for name, text := range files {
			if err := writeFile(filepath.Join(dir, b.name, name), text); err != nil {
				return err
			}
		}
		expected[b.name] = b.expect
	}
	text, err := json.MarshalIndent(expected, "", "  ")
	if err != nil {
		return fmt.Errorf("write expectations: %w", err)
	}
	return writeFile(filepath.Join(dir, "expected.json"), string(text)+"\n")
}

// writeFile writes a file and the folders above it.
func writeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

// soundHeader is the header of the contacts of a sound delivery.
const soundHeader = "contact_id,child_id,contact_date,source,concern,incident_ref,family_id,source_system,outcome,referral_id\n"

// soundFiles is a delivery that breaks no rule.
func soundFiles() map[string]string {
	return map[string]string{
		"children.csv": `child_id,upn,nhs_number,forename,surname,date_of_birth,expected_date_of_birth,sex,ethnicity,postcode,source_system,legacy_child_id
N100001,,9990000018,Alba,Ambleforth,2014-03-05,,F,WBRI,SX1 1AA,Sampleshire,
W100002,,,Cai,Birchmoor,2009-11-21,,M,MWBC,SX2 4BD,Sampleshire,
C100003,,,Noor,Calderfield,2012-06-30,,F,APKN,SX3 9EF,Sampleshire,
C100004,,,Unborn,Dunmarsh,,2019-10-12,U,NOBT,SX4 2GH,Sampleshire,
`,
		"contacts.csv": soundHeader + `K01,N100001,2019-05-02,6,DA,OCC1,,Sampleshire,NEW_REFERRAL,
K02,N100001,2019-05-03,2A,DA,,,Sampleshire,ADVICE,
K03,W100002,2019-06-03,3E,PHY,,,Sampleshire,NFA,
K04,C100003,2019-07-08 14:30,1A,NEG,,,Sampleshire,NEW_REFERRAL,R02
K05,C100004,2019-08-13,3B,UNBORN,,,Sampleshire,EARLY_HELP,
K06,C100003,2019-09-24,2A,EMO,,,Sampleshire,EXISTING_REFERRAL,
`,
		"referrals.csv": `referral_id,child_id,referral_date,source,nfa,source_system
R01,N100001,2019-05-07,6,1,Sampleshire
R02,C100003,2019-07-09,1A,0,Sampleshire
R03,W100002,2019-08-20,8,1,Sampleshire
`,
		"cin_episodes.csv": `episode_id,child_id,start_date,end_date,closure_reason,source_system
E01,C100003,2019-07-10,,,Sampleshire
E02,N100001,2018-01-15,2018-06-29,RC8,Sampleshire
`,
	}
}
