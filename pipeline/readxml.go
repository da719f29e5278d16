package pipeline

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/rules"
	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// The structural rules about XML files whose findings are made here.
const (
	ruleElementUnknown = "IN-049"
	ruleElementTwice   = "IN-050"
	ruleTextLoose      = "IN-051"
)

// builders hands the records of an XML file to a builder for each table.
type builders struct {
	all  []*conform.Builder
	name string
}

func (b *builders) Header(number int, columns []string, line int) error {
	return b.all[number].Begin(b.name, columns, line)
}

func (b *builders) Batch(number int, text *table.Text) error { return b.all[number].Add(text) }

func (b *builders) close() {
	for _, builder := range b.all {
		builder.Close()
	}
}

// readXML reads a file that holds all tables of a return. That it cannot be read is no error: it becomes a finding
// and a note, and no table is there.
func (r *reader) readXML(ctx context.Context, c *schemas.Collection, in *input, result *read) error {
	result.looked[ruleFileUnreadable]++
	report, to, err := r.fill(ctx, c, in)
	if to != nil {
		defer to.close()
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("read %s: %w", c.Name, err)
	case in.failure != "":
		return r.refused(result, in)
	}
	for i, t := range c.Tables {
		made, err := to.all[i].Finish()
		if err != nil {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		made.Table.Parents = parentsOf(c, i, report)
		result.looked[ruleTableMissing]++
		if err := r.take(t, made, []*input{in}, result); err != nil {
			return err
		}
	}
	for _, code := range []string{ruleElementUnknown, ruleElementTwice, ruleTextLoose} {
		result.looked[code]++
	}
	return r.findOdd(c, in, report.Odd, result)
}

// fill reads the file into new builders. What makes the file unreadable becomes its failure.
func (r *reader) fill(ctx context.Context, c *schemas.Collection, in *input) (*ingest.XMLReport, *builders, error) {
	layout, err := ingest.NewLayout(c)
	if err != nil || in.failure != "" {
		return nil, nil, err
	}
	file, err := in.root.Open(in.place.Name)
	if err != nil {
		in.fail(err)
		return nil, nil, nil
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	to := &builders{name: in.shown}
	for _, t := range c.Tables {
		builder, err := conform.NewBuilder(ctx, c, t, &conform.Keys{}, conform.Options{XML: true})
		if err != nil {
			return nil, to, err
		}
		to.all = append(to.all, builder)
	}
	report, err := ingest.ReadXML(ctx, file, ingest.Limits{}, layout, to)
	switch {
	case ctx.Err() != nil || errors.Is(err, conform.ErrColumn):
		return nil, to, err
	case err != nil:
		in.fail(err)
	case !ingest.Unchanged(in.root, in.place, in.sum):
		in.fail(ingest.ErrChanged)
	default:
		for _, builder := range to.all {
			if err := builder.End(); err != nil {
				return nil, to, err
			}
		}
	}
	return report, to, nil
}

// parentsOf returns the parents of a table's records as the nesting of elements says them.
func parentsOf(c *schemas.Collection, child int, report *ingest.XMLReport) map[string][]int32 {
	parents := map[string][]int32{}
	for _, p := range c.Belongs(c.Tables[child]) {
		for i, t := range c.Tables {
			if t.Name == p.Table {
				parents[p.Name] = report.Parents(child, i)
			}
		}
	}
	return parents
}

// findOdd makes the findings about what stands in the file and in no record.
func (r *reader) findOdd(c *schemas.Collection, in *input, odd []ingest.Oddity, result *read) error {
	codes := map[ingest.OddityKind]string{ingest.Unknown: ruleElementUnknown, ingest.Twice: ruleElementTwice, ingest.Loose: ruleTextLoose}
	for _, o := range odd {
		name := c.Tables[o.Table].Name
		cells := []rules.Cell{{Table: name, File: in.shown, Line: o.Line, Field: o.Element}}
		if err := r.find(result, codes[o.Kind], name, []string{o.Element}, cells); err != nil {
			return err
		}
	}
	if len(odd) > 0 {
		r.log.Info("read odd elements", zap.Int("places", len(odd)))
	}
	return nil
}
