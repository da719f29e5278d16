package dedupe

import "fmt"

// reason is why a contact was counted as it was: a class, or a special case of one.
type reason int

// The special cases follow the classes.
const (
	reasonIndistinguishable reason = iota + reason(Unique) + 1
	reasonWeakWindow
	reasonOwnReferral
	reasonCount
)

// reasonOf returns the reason of a contact row; weak and referral are those of its contact.
func reasonOf(class Class, weak, referral bool) reason {
	switch {
	case class == Exact && weak:
		return reasonIndistinguishable
	case class == SameIncidentWindow && weak:
		return reasonWeakWindow
	case class == Unique && referral:
		return reasonOwnReferral
	}
	return reason(class)
}

// reasons puts every reason into words, by its number.
func reasons(s *Settings) []string {
	weak := min(s.SameIncidentDays, s.SameIncidentDaysWeak)
	words := make([]string, reasonCount)
	words[RepeatedRow] = "a further row of a contact that is already counted: the same contact id and child"
	words[Unidentified] = "it names no child, so it cannot be judged"
	words[Exact] = "a copy: another contact of the child has the same day, source, references, concerns and system"
	words[reasonIndistinguishable] = "cannot be told from another contact of the same child, day and source: the extract holds neither a concern nor a reference"
	words[Migrated] = fmt.Sprintf("a migrated copy: the same source told it in another system at most %s before, while the two systems overlapped", days(s.MigratedDays))
	words[SameIncidentRef] = fmt.Sprintf("a further report: it has a reference of an incident that was first told at most %s before", days(s.SameIncidentDaysSameRef))
	words[SameIncidentWindow] = fmt.Sprintf("a further report: at most %s after the first contact, with a concern in common", days(s.SameIncidentDays))
	words[reasonWeakWindow] = fmt.Sprintf("taken for a further report on weak evidence: at most %s after the first contact, and one of the two names no concern", days(weak))
	words[OpenCase] = "about a child who already had an open episode on an earlier day"
	words[Unique] = "the first contact of an incident, about a child without an open episode"
	words[reasonOwnReferral] = "the first contact of an incident; it names a referral of its own, so an open case does not set it aside"
	return words
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
