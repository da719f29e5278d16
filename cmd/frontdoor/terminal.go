package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// terminal writes log lines and, when it is one, a line of progress that the next log line wipes out. It is safe
// for concurrent use.
type terminal struct {
	out io.Writer

	mu    sync.Mutex
	shown bool
	last  time.Time
}

const (
	wipeLine      = "\r\x1b[K"
	progressEvery = 100 * time.Millisecond
)

// Write writes a log line.
func (t *terminal) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	return t.out.Write(line)
}

// Sync does nothing: a log line is written at once.
func (t *terminal) Sync() error { return nil }

// progress shows how far a stage is.
func (t *terminal) progress(stage string, read, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Sub(t.last) < progressEvery {
		return
	}
	t.last, t.shown = now, true
	share := ""
	if total > 0 {
		share = fmt.Sprintf(" %d %%", 100*read/total)
	}
	fmt.Fprintf(t.out, "%s%s%s", wipeLine, stage, share)
}

// close leaves a clean line.
func (t *terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
}

func (t *terminal) wipe() {
	if t.shown {
		_, _ = io.WriteString(t.out, wipeLine)
		t.shown = false
	}
}

// showsProgress tells whether out is a terminal.
func showsProgress(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// newLog returns a logger that writes lines of text or of JSON.
func newLog(format string, out zapcore.WriteSyncer) *zap.Logger {
	settings := zap.NewProductionEncoderConfig()
	settings.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(settings)
	if format == "text" {
		settings.EncodeLevel = zapcore.LowercaseLevelEncoder
		encoder = zapcore.NewConsoleEncoder(settings)
	}
	return zap.New(zapcore.NewCore(encoder, out, zap.InfoLevel))
}
