package measure

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// compileUndated compiles a field that looks at all records of the child.
func (r *Related) compileUndated(c *compiler) error {
	if r.From != "" || r.To != "" || r.Gives == "days" {
		return errors.New("without a date there is no window, and there are no days")
	}
	others, err := r.compileRecords(c)
	if err != nil {
		return err
	}
	if of := others.Field(r.Of); r.Of != "" && (of == nil || of.Type != schemas.TypeInteger) {
		return fmt.Errorf("table %s has no whole number %s", others.Name, r.Of)
	}
	return nil
}

// among answers for every row without regard to days. A record without the key has none.
func (r *Related) among(k *byKey, key *table.Column, records *table.Table, answers []int64) {
	numbers, hasKey := k.numbersOf(key), table.ValidityOf(key.Array)
	for row := range answers {
		var found []placed
		if hasKey.Of(row) {
			found = k.of(numbers[row])
		}
		switch r.Gives {
		case "answer":
			answers[row] = r.answer(int64(len(found)), true)
		case "count":
			answers[row] = int64(len(found))
		default:
			answers[row] = r.sum(found, records)
		}
	}
}

// sum adds a number of records up; it is not known where none of them has it.
func (r *Related) sum(found []placed, records *table.Table) int64 {
	numbers := records.Column(r.Of).Array.(*array.Int64)
	sum, known := int64(0), false
	for _, at := range found {
		if row := at.row(); numbers.IsValid(row) {
			sum, known = sum+numbers.Value(row), true
		}
	}
	if !known {
		return unknownAnswer
	}
	return sum
}
