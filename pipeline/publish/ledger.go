package publish

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/pipeline/publish/pages"
)

// The names under which the ledger of persons is stored, in the restricted part only.
const (
	LedgerTable       = "ledger"
	LedgerEventsTable = "ledger_events"
)

// StoreLedger stores the ledger of persons that the run leaves, by child number: columns of LedgerRow.
func (st *Staging) StoreLedger(ctx context.Context, children, persons *array.String, seen *array.Date32) error {
	var columns []column
	for _, c := range []pages.Column{
		{Name: "child_id", Array: children},
		{Name: "person_id", Array: persons},
		{Name: "first_seen", Array: seen},
	} {
		c.Required, c.Hashed = true, true
		stored := column{Column: c}
		stored.source = stored.key("")
		columns = append(columns, stored)
	}
	w := &tableWriter{name: LedgerTable + ".parquet", columns: columns, rows: children.Len(), logical: LedgerTable, restricted: true}
	if err := st.writeTable(ctx, w); err != nil {
		return fmt.Errorf("store table %s: %w", LedgerTable, err)
	}
	return nil
}

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
