package pages

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const magic = "PAR1"

// Note is a remark in the footer of a file.
type Note struct{ Key, Text string }

// File writes one Parquet file, row group by row group. It is not safe for concurrent use.
type File struct {
	w      io.Writer
	at     int64
	leaves []leaf
	meta   format.FileMetaData
}

// Create begins a file with the columns, of which it needs names and types. Errors of w come back as they are.
func Create(w io.Writer, columns []Column, maker string, notes []Note) (*File, error) {
	f := &File{w: w, meta: format.FileMetaData{Version: 2, CreatedBy: maker}}
	if err := f.declare(columns); err != nil {
		return nil, err
	}
	for _, n := range notes {
		f.meta.KeyValueMetadata = append(f.meta.KeyValueMetadata, format.KeyValue{Key: n.Key, Value: n.Text})
	}
	return f, f.write([]byte(magic))
}

// RowGroup writes one chunk for each column.
func (f *File) RowGroup(chunks []*Chunk) error {
	group := format.RowGroup{NumRows: int64(chunks[0].fileRows), FileOffset: f.at, Ordinal: int16(len(f.meta.RowGroups))}
	for i, c := range chunks {
		data := format.ColumnMetaData{
			Type: f.leaves[i].kind, PathInSchema: f.leaves[i].path, Codec: format.Zstd, NumValues: int64(c.values),
			Encoding:              []format.Encoding{format.RLE, c.encoding},
			TotalUncompressedSize: c.uncompressed, TotalCompressedSize: int64(c.pages.size),
			DataPageOffset: f.at + int64(c.dictionary),
			Statistics:     format.Statistics{NullCount: int64(c.nulls), MinValue: c.least, MaxValue: c.most},
		}
		data.EncodingStats = []format.PageEncodingStats{{PageType: format.DataPage, Encoding: c.encoding, Count: int32(c.dataPages)}}
		if c.dictionary > 0 {
			data.DictionaryPageOffset = f.at
			data.Encoding = append(data.Encoding, format.Plain)
			data.EncodingStats = append(data.EncodingStats, format.PageEncodingStats{PageType: format.DictionaryPage, Encoding: format.Plain, Count: 1})
		}
		group.Columns = append(group.Columns, format.ColumnChunk{MetaData: data})
		group.TotalByteSize += c.uncompressed
		group.TotalCompressedSize += int64(c.pages.size)
		for _, b := range c.pages.full {
			if err := f.write(b); err != nil {
				return err
			}
		}
	}
	f.meta.NumRows += group.NumRows
	f.meta.RowGroups = append(f.meta.RowGroups, group)
	return nil
}

// Close writes the footer. It does not close the writer.
func (f *File) Close() error {
	footer, err := thrift.Marshal(&thrift.CompactProtocol{}, &f.meta)
	if err != nil {
		return fmt.Errorf("write parquet footer: %w", err)
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return f.write(append(footer, magic...))
}

func (f *File) write(b []byte) error {
	n, err := f.w.Write(b)
	f.at += int64(n)
	return err
}

// elementOf declares a column.
func elementOf(c Column) (format.SchemaElement, error) {
	repetition := format.Optional
	if c.Required {
		repetition = format.Required
	}
	e := format.SchemaElement{Name: c.Name, RepetitionType: thrift.New(repetition)}
	declare := func(physical format.Type, logical format.LogicalTypeValue, converted deprecated.ConvertedType) {
		e.Type, e.LogicalType, e.ConvertedType = thrift.New(physical), format.LogicalType{Value: logical}, thrift.New(converted)
	}
	switch t := c.Array.DataType().(type) {
	case *arrow.StringType, *arrow.DictionaryType, *arrow.FixedSizeBinaryType:
		declare(format.ByteArray, &format.StringType{}, deprecated.UTF8)
	case *arrow.BooleanType:
		e.Type = thrift.New(format.Boolean)
	case *arrow.Date32Type:
		declare(format.Int32, &format.DateType{}, deprecated.Date)
	case *arrow.Time32Type:
		declare(format.Int32, &format.TimeType{Unit: format.TimeUnit{Value: &format.MilliSeconds{}}}, deprecated.TimeMillis)
	case *arrow.Uint32Type:
		declare(format.Int32, &format.IntType{BitWidth: 32}, deprecated.Uint32)
	case *arrow.Int64Type:
		declare(format.Int64, &format.IntType{BitWidth: 64, IsSigned: true}, deprecated.Int64)
	case *arrow.Decimal128Type:
		declare(format.Int64, &format.DecimalType{Scale: t.Scale, Precision: t.Precision}, deprecated.Decimal)
		e.Scale, e.Precision = thrift.New(t.Scale), thrift.New(t.Precision)
	default:
		return e, fmt.Errorf("write parquet file: column %s of type %s has no Parquet type", c.Name, t)
	}
	return e, nil
}
