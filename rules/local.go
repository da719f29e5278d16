package rules

import "slices"

// With returns the catalogue with the rules of others behind its own, marked as local. The others are of the same
// collection. The error is Faults: codes that the catalogue, or another of them, or one of the reserved
// catalogues has already.
func (c *Catalogue) With(others []*Catalogue, reserved ...*Catalogue) (*Catalogue, error) {
	all := *c
	all.Rules = slices.Clone(c.Rules)
	holders := append([]*Catalogue{&all}, reserved...)
	var faults Faults
	for _, other := range others {
		for _, r := range other.Rules {
			if i := slices.IndexFunc(holders, func(held *Catalogue) bool { return held.Rule(r.Code) != nil }); i >= 0 {
				faults = append(faults, r.document.fault(r.where("code"), r.Code, "code: stands already in "+holders[i].Rule(r.Code).document.name, "give it a code of its own, such as LA-001"))
				continue
			}
			for _, form := range r.versions() {
				form.Local = true
			}
			all.Rules = append(all.Rules, r)
		}
	}
	if err := faults.orNil(); err != nil {
		return nil, err
	}
	return &all, nil
}
