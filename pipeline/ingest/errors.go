package ingest

import "errors"

// The causes for which a whole file cannot be read.
var (
	ErrEmpty     = errors.New("no text in the file")
	ErrEncoding  = errors.New("encoding not readable")
	ErrBinary    = errors.New("not text")
	ErrHeader    = errors.New("header not readable")
	ErrLimit     = errors.New("limit passed")
	ErrProtected = errors.New("protected by a password")
	ErrDamaged   = errors.New("damaged")
	ErrChanged   = errors.New("changed while it was read")
	ErrRefused   = errors.New("refused")
)
