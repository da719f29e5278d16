package pipeline

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logWriter is called with each line of a log.
type logWriter func(line string)

func (w logWriter) Write(b []byte) (int, error) { w(string(b)); return len(b), nil }

func (w logWriter) Sync() error { return nil }

// Whichever stage has just ended while others go on beside it, an interruption leaves no folder and no goroutine.
func TestARunInterruptedAfterAnyStageLeavesNothing(t *testing.T) {
	config, err := ReadConfig(door(t, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	reference() // once for the program: a run begins it and may end before it
	for _, stage := range []string{"find", "read", "validate", "dedupe", "measure", "store findings", "store tables", "report", "recount", "publish"} {
		already := goleak.IgnoreCurrent()
		ctx, cancel := context.WithCancel(context.Background())
		met := false
		watch := logWriter(func(line string) {
			if strings.Contains(line, `"stage":"`+stage+`"`) {
				met = true
				cancel()
			}
		})
		log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(watch), zap.InfoLevel))
		store := filepath.Join(t.TempDir(), "store")
		_, err := Run(ctx, config, Options{Store: store, Log: log, Workers: 2})
		cancel()
		if !met {
			t.Errorf("no stage is called %s", stage)
		}
		if ExitCode(err) != ExitInterrupted {
			t.Errorf("interrupted after %s: exit code %d: %v", stage, ExitCode(err), err)
		}
		noDebris(t, store, 0)
		if err := goleak.Find(already); err != nil {
			t.Errorf("interrupted after %s: %v", stage, err)
		}
	}
}
