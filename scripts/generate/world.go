package main

// The invented authority: three merged into one on 1 April 2019, its new
// system in use a month earlier and the old ones a month longer.
const (
	authorityCode = "998"
	authorityName = "Sampleshire"
	newSystem     = "Sampleshire"
)

var oldSystems = []string{"North", "West", "Coast"}

var (
	historyFrom   = date(2017, 10, 1)
	periodFrom    = date(2019, 4, 1)
	periodTo      = date(2019, 9, 30)
	lastContact   = date(2019, 10, 31)
	asAt          = date(2019, 12, 31)
	migrationFrom = date(2019, 3, 1)
	migrationTo   = date(2019, 4, 30)
)

// inPeriod reports whether d lies in the half year that the figures are about.
func inPeriod(d day) bool { return d >= periodFrom && d <= periodTo }

// The longest an event goes on, and how far unrelated events of one family
// keep apart: further than any window that joins contacts or links referrals.
const (
	eventSpan = 30
	apart     = 45
)

var forenames = []string{
	"Alba", "Alfie", "Amara", "Anwen", "Arlo", "Bea", "Bilal", "Bryn", "Cai", "Clemmie", "Dara", "Dotty", "Eban", "Elin",
	"Esme", "Fadi", "Fenn", "Flora", "Gwil", "Hana", "Hetty", "Idris", "Iona", "Jago", "Joss", "Kerra", "Kit", "Lamorna",
	"Leif", "Lowen", "Mabli", "Merryn", "Milo", "Nia", "Noor", "Osian", "Otto", "Perran", "Pia", "Quinn", "Rafe", "Rhoswen",
	"Sami", "Senara", "Tam", "Tegan", "Umar", "Vesper", "Wren", "Yusra", "Zain", "Zelah",
}

var surnames = []string{
	"Ambleforth", "Applegarth", "Arkwell", "Birchmoor", "Blackmead", "Brackenhall", "Bramwith", "Calderfield", "Coldharbour",
	"Copperthwaite", "Dunmarsh", "Eastmoor", "Elmsworth", "Fallowdene", "Fernyhough", "Garsdale", "Greenhithe", "Hallowfield",
	"Harecroft", "Heathersage", "Inglebrook", "Ivinghurst", "Kelmscote", "Kestrelby", "Larkwood", "Longstaffe", "Marlowick",
	"Mossgrave", "Netherby", "Oakhanger", "O'Brannock", "Pennyfarne", "Quarrington", "Ravensholt", "Rushbourne", "Saltmarsh",
	"Silverdale-Moor", "Stonebeck", "Tarnside", "Thistlewood", "Underhay", "Wetherlam", "Whinfell", "Yarrowby",
}

var ethnicities = []string{
	"WBRI", "WBRI", "WBRI", "WBRI", "WBRI", "WBRI", "WBRI", "WIRI", "WIRT", "WOTH", "WOTH", "WROM", "MWBC", "MWBA", "MWAS",
	"MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT", "NOBT",
}

var concerns = []string{"DA", "NEG", "EMO", "PHY", "SEX", "SUB", "MH"}

// sources are agencies by how often they tell (CIN codes).
var sources = []string{
	"6", "6", "6", "6", "6", "6", "6", "6", "6", "2A", "2A", "2A", "2A", "2A", "3E", "3E", "3A", "3B", "3C", "3D", "3F", "1A",
	"1A", "1B", "1C", "1D", "2B", "4", "5A", "5B", "5C", "5D", "7", "8", "9", "10",
}

// quietOutcomes are those of contacts that did not become a referral.
var quietOutcomes = []string{
	"NFA", "NFA", "NFA", "NFA", "NFA", "NFA", "ADVICE", "ADVICE", "ADVICE", "EARLY_HELP", "EARLY_HELP", "EARLY_HELP", "OLA_CP",
	"OTHER", "PRIVATE_FOSTERING", "STILL_OPEN", "MISSING",
}

var closureReasons = []string{"RC1", "RC3", "RC4", "RC5", "RC6", "RC7", "RC7", "RC7", "RC8", "RC8", "RC9"}
