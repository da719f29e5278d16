package pipeline_test

import (
	"slices"
	"strings"
)

// judge judges the whole return.
func (o *oracle) judge() {
	h := o.tables["Header"][0]
	if year := h.at("Year"); o.r == "" || len(year) != 4 || !digits(year) || o.r != year+"-03-31" {
		o.flag("100", alone(h), cellOf(h, "ReferenceDate")...)
	}
	for _, c := range o.tables["ChildIdentifiers"] {
		o.judgeChild(c)
	}
	for _, c := range o.tables["ChildCharacteristics"] {
		if !in(c.at("Ethnicity"), "ABAN", "AIND", "AOTH", "APKN", "BAFR", "BCRB", "BOTH", "CHNE", "MOTH", "MWAS", "MWBA", "MWBC", "NOBT", "OOTH", "REFU", "WBRI", "WIRI", "WIRT", "WOTH", "WROM") {
			o.flag("4220", alone(c), cellOf(c, "Ethnicity")...)
		}
	}
	for _, e := range o.tables["CINdetails"] {
		o.judgeEpisode(e)
		o.judgeEpisodeParts(e)
	}
	for _, a := range o.tables["Assessments"] {
		o.judgeAssessment(a)
	}
	for _, p := range o.tables["CINplanDates"] {
		o.judgeCINPlan(p)
	}
	for _, s := range o.tables["Section47"] {
		o.judgeSection47(s)
	}
	for _, p := range o.tables["ChildProtectionPlans"] {
		o.judgeProtectionPlan(p)
	}
	for _, v := range o.tables["Reviews"] {
		o.judgeReview(v)
	}
	o.judgeReturn()
}

func (o *oracle) judgeReturn() {
	count := func(table, field string) int {
		return len(o.of(table, func(r *oracleRow) bool { return o.inPeriod(r.at(field)) }))
	}
	if count("ChildProtectionPlans", "CPPstartDate") > count("CINdetails", "DateOfInitialCPC")+count("Section47", "DateOfInitialCPC") {
		o.flag("2883", nil)
	}
	sex, unknown := "Sex", "U"
	if o.year < 2025 {
		sex, unknown = "GenderCurrent", "0"
	}
	children := o.tables["ChildIdentifiers"]
	without := len(o.of("ChildIdentifiers", func(r *oracleRow) bool { return in(r.at(sex), "", unknown) && r.at("ExpectedPersonBirthDate") == "" }))
	if len(children) > 0 && float64(without)/float64(len(children)) > 0.02 {
		o.flag("2886Q", nil)
	}
	if len(o.of("Disabilities", func(r *oracleRow) bool { return r.at("Disability") == "NONE" })) <= 7 {
		o.flag("2887Q", nil)
	}
	most := 0
	for _, c := range children {
		most = max(most, len(o.of("Disabilities", func(r *oracleRow) bool { return r.child == c && !in(r.at("Disability"), "", "NONE") })))
	}
	if most == 1 {
		o.flag("2888Q", nil)
	}
}

// judgeEpisode judges an episode by itself and beside its child and the child's other episodes.
func (o *oracle) judgeEpisode(e *oracleRow) {
	referral, closure, reason, nfa := e.at("CINreferralDate"), e.at("CINclosureDate"), e.at("ReasonForClosure"), e.at("ReferralNFA")
	c := e.child
	died, born, expected := c.at("PersonDeathDate"), c.at("PersonBirthDate"), c.at("ExpectedPersonBirthDate")
	if less(died, referral) {
		o.flag("8555Q", []string{e.id(), referral, died}, append(cellOf(c, "PersonDeathDate"), cellOf(e, "CINreferralDate")...)...)
	}
	if !in(strings.ToLower(nfa), "0", "1", "true", "false") {
		o.flag("8568", alone(e), cellOf(e, "ReferralNFA")...)
	}
	if less(referral, thresholds[o.r][0]) && !in(nfa, "false", "0") {
		o.flag("8569Q", alone(e), cellOf(e, "CINreferralDate")...)
	}
	if reason == "RC2" && died == "" {
		o.flag("8585Q", []string{e.id()}, append(cellOf(c, "PersonDeathDate"), cellOf(e, "ReasonForClosure")...)...)
	}
	if referral == "" || less(o.r, referral) {
		o.flag("8600", alone(e), cellOf(e, "CINreferralDate")...)
	}
	if less(referral, shift(born, 0, 0, -280)) || less(referral, shift(expected, 0, 0, -280)) {
		o.flag("8606", []string{e.id(), referral}, append(cellOf(e, "CINreferralDate"), cellOf(c, "PersonBirthDate", "ExpectedPersonBirthDate")...)...)
	}
	if in(nfa, "false", "0") && e.at("PrimaryNeedCode") == "" {
		o.flag("8610", alone(e), cellOf(e, "ReferralNFA", "PrimaryNeedCode")...)
	}
	if closure != "" && !o.inPeriod(closure) {
		o.flag("8620", alone(e), cellOf(e, "CINclosureDate")...)
	}
	if less(closure, referral) {
		o.flag("8630", []string{e.id(), referral, closure}, cellOf(e, "CINreferralDate", "CINclosureDate")...)
	}
	if reason != "" && !in(reason, "RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7", "RC8", "RC9") {
		o.flag("8640", alone(e), cellOf(e, "ReasonForClosure")...)
	}
	if need := e.at("PrimaryNeedCode"); need != "" && !in(need, "N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9") {
		o.flag("8650", alone(e), cellOf(e, "PrimaryNeedCode")...)
	}
	if in(strings.ToLower(nfa), "true", "1") == false && c.at("UPNunknown") == "UN7" {
		o.flag("8772", []string{e.id(), nfa, or(nfa, e.byEpisode()[1])}, append(cellOf(c, "UPNunknown"), cellOf(e, "ReferralNFA")...)...)
	}
	if less(born, shift(o.r, -25, 0, 0)) && (closure == "" || closure > shift(born, 25, 0, 0)) {
		o.flag("8775Q", []string{e.id(), born}, append(cellOf(c, "PersonBirthDate"), cellOf(e, "CINclosureDate")...)...)
	}
	if closure != "" && reason == "" {
		o.flag("8805", []string{e.id(), closure}, cellOf(e, "CINclosureDate", "ReasonForClosure")...)
	}
	if reason != "" && closure == "" {
		o.flag("8810", alone(e), cellOf(e, "ReasonForClosure", "CINclosureDate")...)
	}
	if referral >= "2013-04-01" && !in(e.at("ReferralSource"), "1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "5D", "6", "7", "8", "9", "10") {
		o.flag("8866", []string{e.id(), referral}, cellOf(e, "CINreferralDate", "ReferralSource")...)
	}
	all := o.ofChild("CINdetails", c)
	open := 0
	var latest *oracleRow
	for _, b := range all {
		if b.at("CINclosureDate") == "" && in(b.at("ReferralNFA"), "false", "0") {
			open++
		}
		if b.at("CINreferralDate") != "" && (latest == nil || b.at("CINreferralDate") > latest.at("CINreferralDate")) {
			latest = b
		}
		end := b.at("CINclosureDate")
		if end == "" && in(strings.ToLower(b.at("ReferralNFA")), "false", "0") {
			end = o.r
		}
		if b != e && lessEqual(b.at("CINreferralDate"), referral) && less(referral, end) {
			o.flag("8820", append(alone(e), b.at("CINdetailsID")), append(cellOf(e, "CINreferralDate"), cellOf(b, "CINreferralDate", "CINclosureDate")...)...)
		}
	}
	if open >= 2 && closure == "" {
		o.flag("8815", alone(e), cellOf(e, "CINclosureDate")...)
	}
	if referral != "" && e != latest && closure == "" && in(nfa, "false", "0") {
		o.flag("8816", alone(e), append(cellOf(e, "CINreferralDate"), cellOf(latest, "CINreferralDate")...)...)
	}
}

// judgeEpisodeParts judges an episode beside what happened in it.
func (o *oracle) judgeEpisodeParts(e *oracleRow) {
	closure, reason, nfa, conference := e.at("CINclosureDate"), e.at("ReasonForClosure"), e.at("ReferralNFA"), e.at("DateOfInitialCPC")
	assessments, enquiries := o.ofEpisode("Assessments", e), o.ofEpisode("Section47", e)
	plans, protection := o.ofEpisode("CINplanDates", e), o.ofEpisode("ChildProtectionPlans", e)
	group := alone(e)
	if in(reason, "RC8", "RC9") && (conference != "" || len(plans)+len(protection)+len(enquiries) > 0) {
		o.flag("2990", group, cellOf(e, "DateOfInitialCPC")...)
		for _, r := range slices.Concat(plans, protection, enquiries) {
			o.flag("2990", group, cellOf(r, "LAchildID")...)
		}
	}
	if in(reason, "RC8", "RC9") && len(assessments) == 0 {
		o.flag("8825Q", group, cellOf(e, "ReasonForClosure")...)
	}
	late := func(rows []*oracleRow, marked bool, fields ...string) {
		for _, r := range rows {
			if slices.ContainsFunc(fields, func(f string) bool { return less(closure, r.at(f)) }) {
				o.flag("8565", group, cellOf(e, "CINclosureDate", "DateOfInitialCPC")...)
				if marked {
					o.flag("8565", group, cellOf(r, fields...)...)
				}
			}
		}
	}
	late([]*oracleRow{e}, false, "DateOfInitialCPC")
	late(assessments, true, "AssessmentActualStartDate", "AssessmentAuthorisationDate")
	late(enquiries, true, "S47ActualStartDate", "DateOfInitialCPC")
	late(plans, true, "CINPlanStartDate", "CINPlanEndDate")
	late(protection, false, "CPPendDate")
	if in(nfa, "true", "1") {
		var wrong []string
		for _, a := range assessments {
			if a.at("AssessmentActualStartDate") != "" || a.at("AssessmentAuthorisationDate") != "" {
				wrong = append(wrong, cellOf(a, "LAchildID")...)
			}
		}
		for _, s := range enquiries {
			if s.at("S47ActualStartDate") != "" || conference != "" {
				wrong = append(wrong, cellOf(s, "LAchildID")...)
			}
		}
		if conference != "" || len(wrong) > 0 {
			o.flag("8831", group, append(wrong, cellOf(e, "DateOfInitialCPC")...)...)
		}
	}
	for _, a := range assessments {
		if closure != "" && a.at("AssessmentAuthorisationDate") == "" {
			o.flag("8867", group, append(cellOf(e, "CINclosureDate"), cellOf(a, "AssessmentAuthorisationDate")...)...)
		}
	}
	for _, s := range enquiries {
		if closure != "" && (s.at("DateOfInitialCPC") != "") == in(s.at("ICPCnotRequired"), "1", "true") {
			o.flag("8868", group, append(cellOf(e, "CINclosureDate"), cellOf(s, "DateOfInitialCPC", "ICPCnotRequired")...)...)
		}
	}
	o.judgeConferences(e, enquiries, protection)
}

// judgeConferences is rule 2885.
func (o *oracle) judgeConferences(e *oracleRow, enquiries, protection []*oracleRow) {
	var compared []*oracleRow
	for _, s := range enquiries {
		if s.at("ICPCnotRequired") != "1" {
			compared = append(compared, s)
		}
	}
	if len(compared) == 0 {
		compared = []*oracleRow{e}
	}
	plans, matched := 0, 0
	for _, p := range protection {
		start := p.at("CPPstartDate")
		if !o.inPeriod(start) {
			continue
		}
		plans++
		if slices.ContainsFunc(compared, func(q *oracleRow) bool { return q.at("DateOfInitialCPC") == start }) {
			matched++
		} else {
			o.flag("2885", append(p.byEpisode(), start), cellOf(p, "CPPstartDate")...)
		}
	}
	if plans > 0 && matched == 0 {
		for _, q := range compared {
			o.flag("2885", append(alone(e), "conferences"), cellOf(q, "DateOfInitialCPC")...)
		}
	}
}

func (o *oracle) judgeAssessment(a *oracleRow) {
	start, done, e := a.at("AssessmentActualStartDate"), a.at("AssessmentAuthorisationDate"), a.episode
	const startField, doneField = "AssessmentActualStartDate", "AssessmentAuthorisationDate"
	var factors []string
	if a.at("AssessmentFactors") != "" {
		factors = strings.Split(a.at("AssessmentFactors"), ";")
	}
	if less(start, e.at("CINreferralDate")) {
		o.flag("1103", []string{a.id(), start, e.at("CINreferralDate")}, append(cellOf(a, startField), cellOf(e, "CINreferralDate")...)...)
	}
	if less(done, start) {
		o.flag("8608", []string{a.id(), start, done}, cellOf(a, startField, doneField)...)
	}
	if done == "" && len(factors) > 0 {
		o.flag("8614", alone(a), cellOf(a, doneField, "AssessmentFactors")...)
	}
	if done == "" && less(start, thresholds[o.r][1]) {
		o.flag("8670Q", []string{a.id(), start}, cellOf(a, doneField, startField)...)
	}
	if o.outside(done) {
		o.flag("8696", alone(a), cellOf(a, doneField)...)
	}
	if done == "" && !o.inPeriod(start) {
		group := append(a.byEpisode(), start)
		if start == "" {
			group = alone(a)
		}
		o.flag("8736", group, cellOf(a, doneField, startField)...)
	}
	others := o.ofEpisode("Assessments", e)
	open := 0
	for _, b := range others {
		bStart, bDone := b.at(startField), b.at(doneField)
		if bDone == "" {
			open++
		}
		if bStart == start && bDone == done {
			continue
		}
		if lessEqual(bStart, start) && lessEqual(start, or(bDone, o.r)) {
			o.flag("8863Q", append(a.byEpisode(), start), append(cellOf(a, startField), cellOf(b, startField, doneField)...)...)
		}
	}
	if open >= 2 {
		o.flag("8896", a.byEpisode(), cellOf(a, doneField)...)
	}
	counts := map[string]int{}
	for _, f := range factors {
		counts[f]++
	}
	if counts["21"] > 0 && len(counts) > 1 {
		o.flag("8869", alone(a), cellOf(a, "AssessmentFactors")...)
	}
	if len(counts) != len(factors) {
		o.flag("8898", alone(a), cellOf(a, "AssessmentFactors")...)
	}
	has := func(is func(f string) bool) bool { return slices.ContainsFunc(factors, is) }
	if len(others) == 1 && has(func(f string) bool { return strings.Contains(f, "21") }) && !in(e.at("ReasonForClosure"), "RC8", "RC9") {
		o.flag("8873Q", alone(a), append(cellOf(a, "AssessmentFactors"), cellOf(e, "ReasonForClosure")...)...)
	}
	valid := strings.Split("1A,1B,1C,2A,2B,2C,3A,3B,3C,4A,4B,4C,5A,5B,5C,6A,6B,6C,7A,8B,8C,8D,8E,8F,9A,10A,11A,12A,13A,14A,15A,16A,17A,18A,18B,18C,19A,19B,19C,20,21,22A,23A,24A", ",")
	if lessEqual(o.s, done) && (len(factors) == 0 || has(func(f string) bool { return !in(f, valid...) })) {
		o.flag("8897Q", alone(a), cellOf(a, doneField, "AssessmentFactors")...)
	}
	if o.year >= 2025 && has(func(f string) bool { return strings.ToUpper(f) == "18A" }) {
		o.flag("8945Q", alone(a), cellOf(a, "AssessmentFactors")...)
	}
	if o.year >= 2025 && has(func(f string) bool { return strings.ToUpper(f) == "19A" }) {
		o.flag("8950Q", alone(a), cellOf(a, "AssessmentFactors")...)
	}
}

func (o *oracle) judgeCINPlan(p *oracleRow) {
	const startField, endField = "CINPlanStartDate", "CINPlanEndDate"
	start, end, e := p.at(startField), p.at(endField), p.episode
	if in(e.at("ReferralNFA"), "true", "1") {
		o.flag("4000", p.byEpisode(), append(cellOf(p, "LAchildID"), cellOf(e, "ReferralNFA")...)...)
	}
	for _, q := range o.ofEpisode("ChildProtectionPlans", e) {
		if start != "" && end == "" && q.at("CPPendDate") == "" {
			o.flag("4001", p.byEpisode(), append(cellOf(p, endField), cellOf(q, "CPPendDate")...)...)
		}
	}
	if len(o.of("CINplanDates", func(r *oracleRow) bool { return r.episode == e && r.at(endField) == "" })) >= 2 {
		o.flag("4004", p.byEpisode(), cellOf(p, endField)...)
	}
	if start == "" || less(o.r, start) {
		o.flag("4010", alone(p), cellOf(p, startField)...)
	}
	if less(end, start) {
		o.flag("4011", []string{p.id(), end, start}, cellOf(p, endField, startField)...)
	}
	if same(start, end) {
		o.flag("4012Q", []string{p.id(), start, end}, cellOf(p, endField, startField)...)
	}
	if o.outside(end) {
		o.flag("4013", alone(p), cellOf(p, endField)...)
	}
	for _, b := range o.ofChild("CINplanDates", p.child) {
		if b != p && lessEqual(b.at(startField), start) && lessEqual(start, or(b.at(endField), o.r)) {
			o.flag("4014", []string{p.id(), start, b.at(startField)}, append(cellOf(p, startField), cellOf(b, startField, endField)...)...)
		}
	}
	if less(start, e.at("CINreferralDate")) {
		o.flag("4015", []string{p.id(), start, e.at("CINreferralDate")}, append(cellOf(p, startField), cellOf(e, "CINreferralDate")...)...)
	}
	for _, q := range o.ofChild("ChildProtectionPlans", p.child) {
		qStart, qEnd := q.at("CPPstartDate"), q.at("CPPendDate")
		if lessEqual(qStart, start) && (less(start, qEnd) || qEnd == "" && lessEqual(start, o.r)) {
			o.flag("4016", []string{p.id(), start}, append(cellOf(p, startField), cellOf(q, "CPPstartDate", "CPPendDate")...)...)
		}
		if lessEqual(start, qStart) && (less(qStart, end) || end == "" && lessEqual(qStart, o.r)) {
			o.flag("4017", []string{p.id(), qStart}, append(cellOf(q, "CPPstartDate"), cellOf(p, startField, endField)...)...)
		}
	}
}

func (o *oracle) judgeSection47(s *oracleRow) {
	const startField, conferenceField = "S47ActualStartDate", "DateOfInitialCPC"
	start, conference, not, e := s.at(startField), s.at(conferenceField), s.at("ICPCnotRequired"), s.episode
	referral := e.at("CINreferralDate")
	if less(conference, referral) {
		o.flag("1104", append(s.byEpisode(), conference), append(cellOf(s, conferenceField), cellOf(e, "CINreferralDate")...)...)
	}
	if less(start, referral) {
		o.flag("2889", []string{s.id(), start, referral}, append(cellOf(s, startField), cellOf(e, "CINreferralDate")...)...)
	}
	for _, other := range o.ofChild("CINdetails", s.child) {
		if same(other.at(conferenceField), conference) {
			o.flag("2884", append(s.byEpisode(), conference), append(cellOf(s, conferenceField), cellOf(other, conferenceField)...)...)
		}
	}
	if len(o.ofEpisode("Assessments", e)) == 0 {
		o.flag("2991Q", s.byEpisode(), cellOf(s, "LAchildID")...)
	}
	if conference != "" && (start == "" || start > conference) {
		group := []string{s.id(), start, conference}
		if start == "" {
			group = alone(s)
		}
		o.flag("8615", group, cellOf(s, startField, conferenceField)...)
	}
	if conference == "" && in(not, "false", "0") && less(start, thresholds[o.r][2]) {
		o.flag("8675Q", []string{s.id(), start, not}, cellOf(s, conferenceField, startField, "ICPCnotRequired")...)
	}
	if o.outside(conference) {
		o.flag("8715", alone(s), cellOf(s, conferenceField)...)
	}
	if conference == "" && not == "0" && o.outside(start) {
		o.flag("8740", []string{s.id(), start}, cellOf(s, conferenceField, startField, "ICPCnotRequired")...)
	}
	open := 0
	for _, b := range o.ofEpisode("Section47", e) {
		bStart, bConference := b.at(startField), b.at(conferenceField)
		if bConference == "" && !in(b.at("ICPCnotRequired"), "true", "1") {
			open++
		}
		if bStart == start && bConference == conference {
			continue
		}
		end := bConference
		if end == "" && !in(strings.ToLower(b.at("ICPCnotRequired")), "true", "1") {
			end = o.r
		}
		if lessEqual(bStart, start) && lessEqual(start, end) {
			o.flag("8890", append(s.byEpisode(), start), append(cellOf(s, startField), cellOf(b, startField, conferenceField)...)...)
		}
	}
	if open >= 2 && conference == "" {
		o.flag("8839", s.byEpisode(), cellOf(s, conferenceField)...)
	}
	if weekend(s.at("InitialCPCtarget")) {
		o.flag("8870Q", alone(s), cellOf(s, "InitialCPCtarget")...)
	}
	if weekend(conference) {
		o.flag("8875", alone(s), cellOf(s, conferenceField)...)
	}
}

func (o *oracle) judgeProtectionPlan(p *oracleRow) {
	start, end, e, died := p.at("CPPstartDate"), p.at("CPPendDate"), p.episode, p.child.at("PersonDeathDate")
	if less(start, e.at("CINreferralDate")) {
		o.flag("1105", []string{p.id(), start, e.at("CINreferralDate")}, append(cellOf(p, "CPPstartDate"), cellOf(e, "CINreferralDate")...)...)
	}
	if start == "" || less(o.r, start) {
		o.flag("8720", alone(p), cellOf(p, "CPPstartDate")...)
	}
	if n := p.at("NumberOfPreviousCPP"); n == "" || strings.HasPrefix(n, "-") {
		o.flag("8730", alone(p), cellOf(p, "NumberOfPreviousCPP")...)
	}
	if in(strings.ToLower(e.at("ReferralNFA")), "true", "1") {
		o.flag("8832", p.byEpisode(), append(cellOf(p, "LAchildID"), cellOf(e, "ReferralNFA")...)...)
	}
	if same(start, end) {
		o.flag("8840", []string{p.id(), start, end}, cellOf(p, "CPPstartDate", "CPPendDate")...)
	}
	for field, rule := range map[string]string{"InitialCategoryOfAbuse": "8905", "LatestCategoryOfAbuse": "8910"} {
		if !in(p.at(field), "NEG", "PHY", "SAB", "EMO", "MUL") {
			o.flag(rule, alone(p), cellOf(p, field)...)
		}
	}
	if less(died, start) {
		o.flag("8915", []string{p.id(), start, died}, append(cellOf(p, "CPPstartDate"), cellOf(p.child, "PersonDeathDate")...)...)
	}
	if less(died, end) {
		o.flag("8920", []string{p.id(), end, died}, append(cellOf(p, "CPPendDate"), cellOf(p.child, "PersonDeathDate")...)...)
	}
	if less(end, start) {
		o.flag("8925", []string{p.id(), start, end}, cellOf(p, "CPPstartDate", "CPPendDate")...)
	}
	if o.outside(end) {
		o.flag("8930", alone(p), cellOf(p, "CPPendDate")...)
	}
	open := 0
	for _, b := range o.ofChild("ChildProtectionPlans", p.child) {
		if b.at("CPPID") == p.at("CPPID") {
			if b.at("CPPendDate") == "" {
				open++
			}
			continue
		}
		if lessEqual(b.at("CPPstartDate"), start) && lessEqual(start, or(b.at("CPPendDate"), o.r)) {
			o.flag("8940", []string{p.id(), p.at("CPPID"), b.at("CPPID")}, append(cellOf(p, "CPPstartDate"), cellOf(b, "CPPstartDate", "CPPendDate")...)...)
		}
	}
	if open >= 2 {
		o.flag("8935", []string{p.id(), p.at("CPPID")}, cellOf(p, "CPPendDate")...)
	}
}

func (o *oracle) judgeReview(v *oracleRow) {
	date := v.at("CPPreviewDate")
	if date == "" {
		o.flag("8842Q", alone(v), cellOf(v, "CPPreviewDate")...)
		return
	}
	if lessEqual(date, v.plan.at("CPPstartDate")) {
		o.flag("8841", []string{v.id(), v.plan.at("CPPstartDate"), date}, append(cellOf(v.plan, "CPPstartDate"), cellOf(v, "CPPreviewDate")...)...)
	}
	for _, p := range o.ofChild("ChildProtectionPlans", v.child) {
		for _, c := range o.ofChild("CINplanDates", v.child) {
			if p.at("CPPID") == v.plan.at("CPPID") && p.at("CPPendDate") != "" && p.at("CPPendDate") != date &&
				lessEqual(c.at("CINPlanStartDate"), date) && less(date, c.at("CINPlanEndDate")) {
				o.flag("4003", []string{v.id(), date}, slices.Concat(cellOf(v, "CPPreviewDate"), cellOf(c, "CINPlanStartDate"), cellOf(p, "CPPendDate"))...)
			}
		}
	}
}
