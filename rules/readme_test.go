package rules

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeTellsOfEveryFunction(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		if operator := strings.Trim(f.name, "abcdefghijklmnopqrstuvwxyz_") != "" || strings.HasPrefix(f.name, "_"); operator {
			continue
		}
		if !strings.Contains(string(text), "`"+f.name+"(") && f.name != "date" {
			t.Errorf("function %s is missing", f.name)
		}
	}
}
