package conform

import (
	"encoding/json"
	"strings"

	"frontdoor/schemas"
)

// flagged returns the first code of the set whose flag is set in a JSON object such as {"NFA_FLAG": "Y"}; sets of
// outcomes begin with the most serious. An object without a flag that is set means nothing: "". ok is false for a
// text that is no such object, or one with a set flag that the set does not know.
func flagged(set *schemas.CodeSet, text string) (code string, ok bool) {
	var flags map[string]any
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &flags) != nil {
		return "", false
	}
	best, known := len(set.Codes), true
	for name, value := range flags {
		name = strings.TrimPrefix(strings.ToUpper(name), "OUTCOME_")
		if name = strings.TrimSuffix(name, "_FLAG"); strings.HasPrefix(name, "NUMBER_OF_") || !isSet(value) {
			continue
		}
		if strings.HasPrefix(name, "OTHER_OUTCOMES") {
			name = "OTHER"
		}
		if place := set.Place(name); place >= 0 {
			best = min(best, place)
		} else {
			known = false
		}
	}
	if best < len(set.Codes) {
		return set.Codes[best].Code, true
	}
	return "", known
}

// isSet tells whether the value of a flag says yes.
func isSet(value any) bool {
	switch v := value.(type) {
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		switch strings.ToUpper(strings.TrimSpace(v)) {
		case "Y", "YES", "1", "T", "TRUE":
			return true
		}
	}
	return false
}
