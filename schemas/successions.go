package schemas

// Succession is an authority, or a part of it, that became part of another on a day.
type Succession struct {
	From  string `yaml:"from"`
	To    string `yaml:"to"`
	On    string `yaml:"on"` // yyyy-mm-dd
	About string `yaml:"about"`
}

// Successions returns how an authority became part of another, directly; nil when it did not.
func Successions(from, to string) ([]Succession, error) {
	var list struct {
		Source      string       `yaml:"source"`
		Successions []Succession `yaml:"successions"`
	}
	if err := own.read("list", "authorities", "successions", &list); err != nil {
		return nil, err
	}
	var found []Succession
	for _, s := range list.Successions {
		if s.From == from && s.To == to {
			found = append(found, s)
		}
	}
	return found, nil
}
