package conform

import (
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// national are the kinds of identifier that mean the same whichever authority writes them.
var national = []string{"upn", "nhs_number", "provider"}

// given tells whether a field holds an identifier that the authority gave: the same text means another child, contact
// or family in another authority.
func given(f *schemas.Field) bool {
	return f.Pseudonym != "" && !slices.Contains(national, f.Pseudonym)
}

// lead puts the lead of its file in front of every identifier of the table that an authority gave.
func (b *Builder) lead(t *table.Table) {
	var leads []table.Lead
	row := 0
	for _, f := range b.files {
		if f.dropped {
			continue
		}
		if f.how.Lead != "" && f.report.Accepted > 0 {
			leads = append(leads, table.Lead{Span: table.Span{From: row, To: row + f.report.Accepted}, Text: f.how.Lead})
		}
		row += f.report.Accepted
	}
	if len(leads) == 0 {
		return
	}
	for i, c := range t.Columns {
		if !given(c.Field) || !c.Delivered() {
			continue
		}
		c.Leads = leads
		switch values := c.Array.(type) {
		case *array.Dictionary:
			c.Array = b.columns[i].(*codeColumn).led(values, leads)
		case *array.String:
			c.Array = ledTexts(values, leads)
		}
	}
}

// led returns the column with its leads. Tables that share a key find the same code for the same identifier.
func (c *codeColumn) led(values *array.Dictionary, leads []table.Lead) *array.Dictionary {
	for _, lead := range leads {
		of := map[uint32]uint32{}
		for row := lead.From; row < lead.To; row++ {
			if values.IsNull(row) {
				continue
			}
			code := c.codes[row]
			led, known := of[code]
			if !known {
				led = c.dictionary.Code(append([]byte(lead.Text), c.dictionary.Value(code)...))
				of[code] = led
			}
			c.codes[row] = led
		}
	}
	return table.DictionaryArray(c.codes, c.dictionary.Array(), c.bitmap(), c.nulls)
}

// ledTexts returns texts with their leads.
func ledTexts(values *array.String, leads []table.Lead) *array.String {
	offsets, data := make([]int32, 1, values.Len()+1), []byte{}
	for row := range values.Len() {
		if len(leads) > 0 && row >= leads[0].To {
			leads = leads[1:]
		}
		if values.IsValid(row) {
			if len(leads) > 0 && row >= leads[0].From {
				data = append(data, leads[0].Text...)
			}
			data = append(data, values.Value(row)...)
		}
		if len(data) > math.MaxInt32 {
			panic("the texts of one column pass 2 GiB; split the delivery by year")
		}
		offsets = append(offsets, int32(len(data)))
	}
	return table.StringArray(offsets, data, values.NullBitmapBytes(), values.NullN())
}
