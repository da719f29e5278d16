package report

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"
)

// archive is the container of a workbook. It keeps its parts until they all are there, and writes them by their names: the
// library hands them over in no set order.
type archive struct {
	zip   *zip.Writer
	parts map[string]*bytes.Buffer
}

func newArchive(w io.Writer) excelize.ZipWriter {
	a := &archive{zip: zip.NewWriter(w), parts: map[string]*bytes.Buffer{}}
	var parts *flate.Writer // for one after the other
	a.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (_ io.WriteCloser, err error) {
		if parts != nil {
			parts.Reset(w)
			return parts, nil
		}
		parts, err = flate.NewWriter(w, flate.BestSpeed)
		return parts, err
	})
	return a
}

// Create returns what takes the text of a part.
func (a *archive) Create(name string) (io.Writer, error) {
	a.parts[name] = &bytes.Buffer{}
	return a.parts[name], nil
}

// AddFS adds what stands in a file system.
func (a *archive) AddFS(from fs.FS) error { return a.zip.AddFS(from) }

// Close writes the parts.
func (a *archive) Close() error {
	for _, name := range slices.Sorted(maps.Keys(a.parts)) {
		part, err := a.zip.Create(name)
		if err != nil {
			return err
		}
		if _, err := a.parts[name].WriteTo(part); err != nil {
			return err
		}
	}
	return a.zip.Close()
}
