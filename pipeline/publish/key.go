package publish

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// KeyBytes is the length of a pseudonym key.
const KeyBytes = 32

// ReadKey reads a pseudonym key: 64 hex digits on one line. The error is ErrNoKey.
func ReadKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read key: there is no file %s: %w; make one with frontdoor keygen", path, ErrNoKey)
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w: %w", err, ErrNoKey)
	}
	text = bytes.TrimSpace(text)
	key := make([]byte, KeyBytes)
	if n, err := hex.Decode(key, text[:min(len(text), 2*KeyBytes)]); err != nil || n != KeyBytes || len(text) != 2*KeyBytes {
		return nil, fmt.Errorf("read key: %s does not hold %d hex digits and nothing else: %w; make one with frontdoor keygen", path, 2*KeyBytes, ErrNoKey)
	}
	return key, nil
}

// GenerateKey writes a new random key to path and refuses to overwrite a file.
func GenerateKey(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make key: %w; choose another name, because without the old key its pseudonyms cannot be made again", err)
	}
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	key := make([]byte, KeyBytes)
	_, _ = rand.Read(key) // never fails
	_, err = fmt.Fprintf(f, "%x\n", key)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("make key: %w", err), os.Remove(path))
	}
	return nil
}

// KeyID names a key without telling it.
func KeyID(key []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("frontdoor key id"))
	return hex.EncodeToString(h.Sum(nil)[:4])
}
