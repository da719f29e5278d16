package schemas

import "fmt"

// Succession is an authority, or a part of it, that became part of another on a day: the first day of the other.
type Succession struct {
	From, To string
	On       Day
	About    string // what became part of it
	Part     bool   // the rest of the authority did not
}

// Successor returns how an authority became part of another, directly; nil when it did not.
func Successor(from, to string) (*Succession, error) {
	var list struct {
		Source      string `yaml:"source"`
		Successions []struct {
			From  string `yaml:"from"`
			To    string `yaml:"to"`
			On    string `yaml:"on"`
			About string `yaml:"about"`
		} `yaml:"successions"`
	}
	if err := own.read("list", "authorities", "successions", &list); err != nil {
		return nil, err
	}
	var found *Succession
	parts := 0
	for _, s := range list.Successions {
		if s.From != from {
			continue
		}
		if parts++; s.To != to {
			continue
		}
		on, err := ParseDay(s.On)
		if err != nil {
			return nil, fmt.Errorf("read list of successions: %w", err)
		}
		found = &Succession{From: s.From, To: s.To, On: on, About: s.About}
	}
	if found != nil {
		found.Part = parts > 1
	}
	return found, nil
}
