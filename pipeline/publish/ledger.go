package publish

import (
	"errors"
	"fmt"
)

// The names under which the ledger of persons is stored, in the restricted part only.
const (
	LedgerTable       = "ledger"
	LedgerEventsTable = "ledger_events"
)

// Ledger reads the ledger of persons that the run wrote, and its merges and splits. Both are empty when the
// run has none.
func (r *Run) Ledger() ([]LedgerRow, []LedgerEventRow, error) {
	rows, err := allRows[LedgerRow](r, LedgerTable)
	if err != nil {
		return nil, nil, fmt.Errorf("read ledger: %w", err)
	}
	events, err := allRows[LedgerEventRow](r, LedgerEventsTable)
	if err != nil {
		return nil, nil, fmt.Errorf("read ledger: %w", err)
	}
	return rows, events, nil
}

// allRows reads a small table of the restricted part; none when the run does not have it.
func allRows[T any](r *Run, name string) (all []T, err error) {
	f, err := r.openParquet(string(Restricted) + "/" + name + ".parquet")
	if errors.Is(err, ErrNoTable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer damaged(&err, f.name)
	for row, err := range typedRows[T](f.data) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w: %w", f.name, err, ErrDamaged)
		}
		all = append(all, row)
	}
	return all, nil
}
