package pipeline

import (
	"errors"
	"math"
	"runtime/debug"
	"strings"
	"testing"

	"frontdoor/pipeline/ingest"
)

func deliveredBytes(sheet string, unpacked ...int64) *delivery {
	d := &delivery{}
	for _, size := range unpacked {
		d.inputs = append(d.inputs, &input{place: ingest.Place{Name: "a", Sheet: sheet}, sum: ingest.Sum{Unpacked: size}})
	}
	return d
}

func TestWhatCannotFitIsRefusedWithTheFigure(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	_, _, err := allowMemory(500e6, 8, deliveredBytes("", 60e6), deliveredBytes("", 40e6))
	if !errors.Is(err, ErrMemory) || ExitCode(err) != ExitUsage {
		t.Fatalf("a delivery that needs 900 MB fits into 500: %v", err)
	}
	for _, figure := range []string{"100 MB", "901 MB", "500 MB"} {
		if !strings.Contains(err.Error(), figure) {
			t.Errorf("%q does not say %s", err, figure)
		}
	}
	if now := debug.SetMemoryLimit(-1); now != before {
		t.Errorf("a refusal leaves the limit at %d", now)
	}
}

func TestTheLimitHoldsUntilTheRunIsOver(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	spare, done, err := allowMemory(1e9, 8, deliveredBytes("", 100e6))
	if err != nil {
		t.Fatal(err)
	}
	if now := debug.SetMemoryLimit(-1); now >= 1e9 || now < 9e8 {
		t.Errorf("the collector is held to %d bytes", now)
	}
	if needed := int64(memoryAtLeast + 8*100e6); spare != 1e9-needed {
		t.Errorf("beside %d bytes that are needed %d are left", needed, spare)
	}
	if done(); debug.SetMemoryLimit(-1) != before {
		t.Error("the limit outlives the run")
	}
}

func TestWithoutALimitTheAimGivesWay(t *testing.T) {
	before := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(before)
	aim := newMemoryAim(500e6)
	aim.give(100e6)
	if now := debug.SetMemoryLimit(-1); now != 500e6 {
		t.Errorf("an aim that leaves room moves to %d", now)
	}
	aim.give(800e6)
	if now := debug.SetMemoryLimit(-1); now < 900e6 || now > 1100e6 {
		t.Errorf("with 800 MB alive the aim is %d", now)
	}
	aim.end(math.MaxInt64)
	if aim.give(1e12); debug.SetMemoryLimit(-1) != math.MaxInt64 {
		t.Error("the aim outlives the run")
	}
}

func TestAnAimStaysUnderWhatThereIs(t *testing.T) {
	for _, c := range []struct{ needed, most, want int64 }{
		{400e6, 3e9, 600e6}, {2e9, 3e9, 2e9}, {7e9, 3e9, 2e9},
	} {
		if got := aimOf(c.needed, c.most); got != c.want {
			t.Errorf("with %d bytes needed of %d the aim is %d, want %d", c.needed, c.most, got, c.want)
		}
	}
}

// What the environment allows bounds what stays in memory as the option does.
func TestColumnsStayInMemoryOnlyAsFarAsTheEnvironmentAllows(t *testing.T) {
	before := debug.SetMemoryLimit(500e6)
	defer debug.SetMemoryLimit(before)
	spare, done, err := allowMemory(0, 3, deliveredBytes("", 100e6))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if most := int64(500e6) - memoryAtLeast - 300e6; spare > most {
		t.Errorf("%d bytes may stay in memory, want at most %d", spare, most)
	}
	if now := debug.SetMemoryLimit(-1); now != 500e6 {
		t.Errorf("the limit of the environment moves to %d", now)
	}
}

func TestTheSheetsOfAWorkbookCountOnce(t *testing.T) {
	d := deliveredBytes("s", 400e6, 400e6)
	d.inputs = append(d.inputs, deliveredBytes("", 50e6).inputs...)
	d.inputs = append(d.inputs, &input{failure: "it is damaged", sum: ingest.Sum{Unpacked: 1e9}})
	if got := textBytes(d); got != 150e6 {
		t.Errorf("%d bytes of text, want 150 million", got)
	}
}

func TestSizesAreRoundedUp(t *testing.T) {
	for bytes, want := range map[int64]string{12: "12 bytes", 1e6: "1 MB", 1e6 + 1: "2 MB", 4_010_000_000: "4.1 GB", 2e9: "2.0 GB"} {
		if got := SizeText(bytes); got != want {
			t.Errorf("%d is written %s, want %s", bytes, got, want)
		}
	}
}
