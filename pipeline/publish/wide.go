package publish

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// writeWide writes whole columns with arrow-go. A dictionary that would grow or change inside a row group
// makes arrow-go fall back to plain text without a word, so each row group gets its own.
func writeWide(w io.Writer, columns []named, rows int, maker string, notes []note) error {
	settlers := make([]settler, len(columns))
	plain := make([]bool, len(columns))
	fields := make([]arrow.Field, len(columns))
	options := []parquet.WriterProperty{
		parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithCreatedBy(maker),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
		parquet.WithMaxRowGroupLength(rowGroupRows),
		parquet.WithDictionaryDefault(false),
		parquet.WithDictionaryPageSizeLimit(1 << 30),
		parquet.WithBatchSize(8192),
	}
	for i, c := range columns {
		typ := c.array.DataType()
		if d, ok := c.array.(*array.Dictionary); ok {
			plain[i] = nearlyUnique(d, &settlers[i])
			if plain[i] {
				typ = arrow.BinaryTypes.String
			} else {
				options = append(options, parquet.WithDictionaryFor(c.name, true))
			}
		}
		if c.code {
			options = append(options, parquet.WithStatsFor(c.name, false))
		}
		if typ.ID() == arrow.STRING {
			options = append(options, parquet.WithEncodingFor(c.name, parquet.Encodings.DeltaLengthByteArray))
		}
		fields[i] = arrow.Field{Name: c.name, Type: typ, Nullable: !c.place}
	}
	keys, values := make([]string, len(notes)), make([]string, len(notes))
	for i, n := range notes {
		keys[i], values[i] = n.key, n.text
	}
	meta := arrow.NewMetadata(keys, values)
	schema := arrow.NewSchema(fields, &meta)
	writer, err := pqarrow.NewFileWriter(schema, w, parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return fmt.Errorf("start parquet file: %w", err)
	}
	for from := 0; from < rows; from += rowGroupRows {
		to := min(from+rowGroupRows, rows)
		arrays := make([]arrow.Array, len(columns))
		for i, c := range columns {
			switch d, ok := c.array.(*array.Dictionary); {
			case ok && plain[i]:
				arrays[i] = plainText(d, from, to)
			case ok:
				arrays[i] = settled(d, &settlers[i], from, to)
			default:
				arrays[i] = array.NewSlice(c.array, int64(from), int64(to))
			}
		}
		if err := writer.Write(array.NewRecordBatch(schema, arrays, int64(to-from))); err != nil {
			return fmt.Errorf("write parquet file: %w", err)
		}
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("finish parquet file: %w", err)
	}
	return nil
}

// note is a remark in the footer of a Parquet file.
type note struct{ key, text string }
