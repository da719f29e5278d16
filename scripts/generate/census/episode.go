package census

import "strconv"

var (
	sources = []string{"1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3E", "4", "5A", "5D", "6", "6", "6", "7", "8", "9", "10"}
	factors = []string{"1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B", "5A", "7A", "10A", "14A", "15A", "18B", "19C", "22A", "23A", "24A"}
	abuse   = []string{"NEG", "PHY", "SAB", "EMO", "MUL"}
)

// noAction makes a referral on or after a day that led to nothing.
func (g *generator) noAction(from date) *Node {
	e := &Node{Name: "CINdetails"}
	e.add("CINreferralDate", g.between(from, g.last).text())
	e.add("ReferralSource", sources[g.IntN(len(sources))])
	e.add("ReferralNFA", g.yes)
	return e
}

// ended makes the episode of a child who died.
func (g *generator) ended(earliest, died date) *Node {
	e := g.begin(g.between(max(earliest, died-200), died-1))
	e.closed, e.reason = died, "RC2"
	return e.node()
}

// episodes makes one to three episodes, one after the other: only the last may be open.
func (g *generator) episodes(earliest date) []*Node {
	var all []*Node
	from := max(earliest, g.first-date(g.IntN(6*365)))
	for range 3 {
		referred := g.between(from, min(from+200, g.last-30))
		if referred < from || referred > g.last-30 {
			referred = min(from, g.last)
		}
		e := g.begin(referred)
		g.live(e)
		all = append(all, e.node())
		if e.closed == none || e.closed > g.last-60 || g.chance(0.7) {
			return all
		}
		from = e.closed + 1
		if g.chance(0.2) {
			last := g.noAction(max(from, g.first+7))
			return append(all, last)
		}
	}
	return all
}

// episode is an episode on its way. now is the day up to which its story is told.
type episode struct {
	g        *generator
	referred date
	now      date
	closed   date
	reason   string
	need     string
	meeting  date // an initial conference without a section 47 enquiry
	parts    map[string][]*Node
}

func (g *generator) begin(referred date) *episode {
	return &episode{g: g, referred: referred, now: max(referred, g.first), closed: none, meeting: none,
		need: "N" + strconv.Itoa(1+g.IntN(8)), parts: map[string][]*Node{}}
}

func (e *episode) add(name string, build func(n *Node)) *Node {
	n := &Node{Name: name}
	build(n)
	e.parts[name] = append(e.parts[name], n)
	return n
}

// node writes the episode.
func (e *episode) node() *Node {
	n := &Node{Name: "CINdetails"}
	n.add("CINreferralDate", e.referred.text())
	n.add("ReferralSource", sources[e.g.IntN(len(sources))])
	n.add("PrimaryNeedCode", e.need)
	n.add("CINclosureDate", e.closed.text())
	n.add("ReasonForClosure", e.reason)
	n.add("DateOfInitialCPC", e.meeting.text())
	n.add("ReferralNFA", e.g.no)
	for _, name := range []string{"Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans", "PreProceedingsandFGDM"} {
		n.Kids = append(n.Kids, e.parts[name]...)
	}
	return n
}

// live tells the story of an episode: assessment, perhaps an enquiry and a protection plan, perhaps a plan for a
// child in need, perhaps closure.
func (g *generator) live(e *episode) {
	if !g.assess(e) {
		return // it is still going on when the year ends
	}
	if g.chance(0.3) && e.now+10 < g.last {
		g.close(e, g.oneOf("RC8", "RC9"))
		return
	}
	if g.chance(0.35) && !g.enquire(e) {
		return
	}
	for range g.IntN(3) {
		if !g.plan(e) {
			return
		}
	}
	if g.year >= 2026 && g.chance(0.05) {
		g.proceed(e)
	}
	if g.chance(0.6) && e.now+1 < g.last {
		g.close(e, g.oneOf("RC1", "RC3", "RC4", "RC5", "RC6", "RC7"))
	}
}

func (g *generator) close(e *episode, reason string) {
	e.closed, e.reason = g.between(e.now+1, min(e.now+40, g.last)), reason
}

// assess adds one or two assessments; it is false when the last is still open.
func (g *generator) assess(e *episode) bool {
	for i := range 1 + g.IntN(2) {
		begun := g.between(e.now, e.now+5)
		if begun > g.last {
			begun = g.last
		}
		authorised := g.between(begun+10, begun+60)
		if authorised > g.last && i > 0 {
			return true
		}
		if authorised > g.last && begun < g.last-50 {
			authorised = g.last - 1
		}
		if authorised > g.last {
			e.add("Assessments", func(n *Node) { n.add("AssessmentActualStartDate", begun.text()) })
			return false
		}
		e.add("Assessments", func(n *Node) {
			n.add("AssessmentActualStartDate", begun.text())
			n.add("AssessmentInternalReviewDate", (begun + 10).text())
			n.add("AssessmentAuthorisationDate", authorised.text())
			found := n.below("FactorsIdentifiedAtAssessment")
			from := g.IntN(len(factors))
			for k := range 1 + g.IntN(4) {
				found.add("AssessmentFactors", factors[(from+k)%len(factors)])
			}
		})
		e.now = authorised + 1
	}
	return true
}

// enquire adds a section 47 enquiry, and often the conference and the protection plan that follow; it is false
// when nothing more can happen in the year.
func (g *generator) enquire(e *episode) bool {
	begun := g.between(e.now, e.now+10)
	conference := (begun + 7 + date(g.IntN(8))).weekday()
	if conference > g.last-1 {
		if begun <= g.last && begun > g.last-10 {
			e.add("Section47", func(n *Node) {
				n.add("S47ActualStartDate", begun.text())
				n.add("InitialCPCtarget", (begun + 20).weekday().text())
				n.add("ICPCnotRequired", g.no)
			})
			return false
		}
		return true
	}
	if g.chance(0.4) {
		e.add("Section47", func(n *Node) {
			n.add("S47ActualStartDate", begun.text())
			n.add("ICPCnotRequired", g.yes)
		})
		e.now = begun + 1
		return true
	}
	if g.chance(0.1) {
		e.meeting = conference // a child who moved in with a plan
	} else {
		e.add("Section47", func(n *Node) {
			n.add("S47ActualStartDate", begun.text())
			n.add("InitialCPCtarget", conference.text())
			n.add("DateOfInitialCPC", conference.text())
			n.add("ICPCnotRequired", g.no)
		})
	}
	e.now = conference + 1
	if g.chance(0.15) {
		return true
	}
	return g.protect(e, conference)
}

// protect adds a protection plan from a day on; it is false when the plan is still running when the year ends.
func (g *generator) protect(e *episode, from date) bool {
	ends := none
	if d := from + 60 + date(g.IntN(300)); d < g.last && g.chance(0.8) {
		ends = d
	}
	e.add("ChildProtectionPlans", func(n *Node) {
		n.add("CPPstartDate", from.text())
		n.add("CPPendDate", ends.text())
		n.add("InitialCategoryOfAbuse", abuse[g.IntN(len(abuse))])
		n.add("LatestCategoryOfAbuse", abuse[g.IntN(len(abuse))])
		n.add("NumberOfPreviousCPP", strconv.Itoa(g.IntN(3)))
		until := g.last
		if ends != none {
			until = ends
		}
		for review := from + 80; review < until; review += 150 {
			n.below("Reviews").add("CPPreviewDate", review.text())
		}
	})
	if ends == none {
		return false
	}
	e.now = ends
	return true
}

// plan adds a plan for a child in need; it is false when the plan is still running when the year ends.
func (g *generator) plan(e *episode) bool {
	begun := g.between(e.now, e.now+20)
	if begun >= g.last {
		return true
	}
	ends := none
	if d := begun + 20 + date(g.IntN(200)); d < g.last && g.chance(0.8) {
		ends = d
	}
	e.add("CINPlanDates", func(n *Node) {
		n.add("CINPlanStartDate", begun.text())
		n.add("CINPlanEndDate", ends.text())
	})
	if ends == none {
		return false
	}
	e.now = ends + 1
	return true
}

// proceed adds pre-proceedings.
func (g *generator) proceed(e *episode) {
	begun := g.between(e.now, e.now+10)
	if begun > g.last-20 {
		return
	}
	e.add("PreProceedingsandFGDM", func(n *Node) {
		n.add("PPStartDate", begun.text())
		n.add("LBPSentDate", begun.text())
		n.add("FGDMMeetingOffer", g.yes)
		n.add("FGDMMeetingFac", g.oneOf(g.yes, g.no))
		n.add("InitialPPMeetingDate", (begun + 10).text())
		n.add("ReviewMeetingsCount", strconv.Itoa(g.IntN(3)))
	})
	e.now = begun + 11
}
