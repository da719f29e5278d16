package ingest

import "errors"

// The causes for which a whole file cannot be read.
var (
	ErrEmpty    = errors.New("no text in the file")
	ErrEncoding = errors.New("not UTF-8")
	ErrBinary   = errors.New("not text")
	ErrDialect  = errors.New("not separated by commas and line feeds")
	ErrHeader   = errors.New("header not readable")
	ErrLimit    = errors.New("limit passed")
	ErrRefused  = errors.New("refused")
)
