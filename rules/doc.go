// Package rules holds the rule catalogues, the language in which their conditions are written and the engine
// that judges a delivery by them.
//
// A delivery (typed tables as Arrow columns) and a catalogue (YAML) walk in; one outcome for every rule and the
// places where rules failed walk out. Conditions are CEL: the maintained parser and type checker read them, and
// the checked tree is compiled here to loops over whole columns, the elements of lists included. What is missing
// is unknown, never null: a record fails only where a condition is definitely false, so that one unreadable cell
// costs its record and no other.
//
// The promise: the same delivery and catalogue give the same result whatever the number of workers; a rule that
// cannot be judged says so by name; a fault in one rule leaves the others alone; no message holds a value.
package rules
