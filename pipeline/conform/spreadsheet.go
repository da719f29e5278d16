package conform

import (
	"bytes"
	"slices"
)

// sheetErrors are what spreadsheets write in the place of a value.
var sheetErrors = []string{"#N/A", "#N/A N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}

// isSheetError tells of an error of a spreadsheet, or the crosses that it shows where a column is too narrow.
func isSheetError(text []byte) bool {
	return slices.Contains(sheetErrors, string(text)) || len(text) > 3 && len(bytes.Trim(text, "#")) == 0
}

// insideFormula returns the text of a cell written as ="00123", which keeps spreadsheets from reading a number.
func insideFormula(text []byte) ([]byte, bool) {
	if len(text) < 3 || text[1] != '"' || text[len(text)-1] != '"' {
		return nil, false
	}
	inside := text[2 : len(text)-1]
	return inside, !slices.Contains(inside, '"')
}

// isExponent tells of a number in scientific notation, 9.43E+09: digits of an identifier are lost.
func isExponent(text []byte) bool {
	n := len(text)
	if n < 4 || text[0] < '0' || text[0] > '9' || text[n-1] < '0' || text[n-1] > '9' || text[n-3] != '+' && text[n-4] != '+' {
		return false
	}
	mantissa, power, found := bytes.Cut(text, []byte("E+"))
	if !found {
		mantissa, power, found = bytes.Cut(text, []byte("e+"))
	}
	return found && len(bytes.Trim(mantissa, "0123456789.")) == 0 && len(bytes.Trim(power, "0123456789")) == 0
}

// withoutDecimals cuts the decimals off a whole number written as 6.0, and tells whether there were any.
func withoutDecimals(text []byte) ([]byte, bool) {
	n := len(text)
	if n < 3 || text[n-1] != '0' || text[0] < '0' || text[0] > '9' {
		return text, false
	}
	whole := bytes.TrimRight(text, "0")
	if len(whole) < 2 || whole[len(whole)-1] != '.' {
		return text, false
	}
	if whole = whole[:len(whole)-1]; len(bytes.Trim(whole, "0123456789")) > 0 {
		return text, false
	}
	return whole, true
}
