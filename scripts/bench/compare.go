package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const folder = "bin/bench"

// cost is what a process took.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory, at most
}

// pair is one run of each, one after the other.
type pair struct{ frontdoor, duckdb cost }

// compare runs the two in turn, so many pairs for one thread and for two, and prints medians, ratios and whether they
// find the same. The error is errDiffers when they do not.
func compare(ctx context.Context, rows, pairs int) error {
	extract, err := filepath.Abs(filepath.Join(folder, "front-door-"+strconv.Itoa(rows)))
	if err != nil {
		return err
	}
	if _, err := os.Stat(extract); err != nil {
		return fmt.Errorf("find the input: %w; make compare makes it", err)
	}
	store, results := filepath.Join(folder, "store-compare"), filepath.Join(folder, "duckdb-compare")
	measured := map[int][]pair{}
	for _, threads := range []int{1, 2} {
		for n := range pairs {
			p := pair{}
			frontdoor := func() (err error) {
				p.frontdoor, err = runFrontdoor(ctx, store, threads)
				return err
			}
			duckdb := func() (err error) {
				p.duckdb, err = runDuckDB(ctx, extract, results, threads)
				return err
			}
			turns := []func() error{frontdoor, duckdb}
			if n%2 == 1 {
				slices.Reverse(turns)
			}
			for _, turn := range turns {
				if err := turn(); err != nil {
					return err
				}
			}
			measured[threads] = append(measured[threads], p)
			fmt.Printf("%d threads, pair %d: frontdoor %s, DuckDB %s\n", threads, n+1, p.frontdoor, p.duckdb)
		}
	}
	fmt.Printf("\n%d contact rows; medians of %d runs each; ratios are DuckDB's figure over frontdoor's, the median of the pairs\n\n", rows, pairs)
	for _, threads := range []int{1, 2} {
		report(threads, measured[threads])
	}
	one, two := measured[1], measured[2]
	fmt.Printf("frontdoor from one thread to two: %.2f times as fast\n\n",
		median(one, func(p pair) float64 { return p.frontdoor.wall.Seconds() })/median(two, func(p pair) float64 { return p.frontdoor.wall.Seconds() }))

	runs, err := filepath.Glob(filepath.Join(store, "runs", "*"))
	if err != nil || len(runs) != 1 {
		return errors.Join(err, fmt.Errorf("find run in %s: %d there", store, len(runs)))
	}
	differing, err := differences(ctx, runs[0], results)
	if err != nil {
		return err
	}
	for _, line := range differing {
		fmt.Println(line)
	}
	fmt.Printf("wall_ratio_1t: %.2f\n", median(one, wallRatio))
	fmt.Printf("wall_ratio_2t: %.2f\n", median(two, wallRatio))
	fmt.Printf("cpu_ratio_2t: %.2f\n", median(two, cpuRatio))
	fmt.Printf("memory_ratio_2t: %.2f\n", median(two, memoryRatio))
	fmt.Printf("outputs_equal: %t\n", len(differing) == 0)
	if len(differing) > 0 {
		return errDiffers
	}
	return nil
}

func wallRatio(p pair) float64   { return p.duckdb.wall.Seconds() / p.frontdoor.wall.Seconds() }
func cpuRatio(p pair) float64    { return p.duckdb.cpu.Seconds() / p.frontdoor.cpu.Seconds() }
func memoryRatio(p pair) float64 { return float64(p.duckdb.peak) / float64(p.frontdoor.peak) }

func (c cost) String() string {
	return fmt.Sprintf("%.2f s wall, %.2f s CPU, %.0f MB", c.wall.Seconds(), c.cpu.Seconds(), float64(c.peak)/1e6)
}

// report prints the medians of one number of threads.
func report(threads int, pairs []pair) {
	fmt.Printf("%d thread(s)     frontdoor     DuckDB   ratio\n", threads)
	line := func(name string, of func(cost) float64, ratio func(pair) float64) {
		fmt.Printf("  %-12s %9.2f  %9.2f  %6.2f\n", name, median(pairs, func(p pair) float64 { return of(p.frontdoor) }), median(pairs, func(p pair) float64 { return of(p.duckdb) }), median(pairs, ratio))
	}
	line("wall, s", func(c cost) float64 { return c.wall.Seconds() }, wallRatio)
	line("CPU, s", func(c cost) float64 { return c.cpu.Seconds() }, cpuRatio)
	line("memory, MB", func(c cost) float64 { return float64(c.peak) / 1e6 }, memoryRatio)
	fmt.Println()
}

// median returns the middle of what the pairs say, the mean of two in the middle.
func median(pairs []pair, of func(pair) float64) float64 {
	var values []float64
	for _, p := range pairs {
		values = append(values, of(p))
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// runFrontdoor makes a whole run into a fresh store.
func runFrontdoor(ctx context.Context, store string, threads int) (cost, error) {
	if err := os.RemoveAll(store); err != nil {
		return cost{}, err
	}
	c := exec.CommandContext(ctx, filepath.Join("bin", "frontdoor"), "run", "--config", filepath.Join(folder, "bench.yaml"), "--store", store)
	c.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(threads))
	return timed(c)
}

// runDuckDB runs the job in SQL into a fresh folder.
func runDuckDB(ctx context.Context, extract, results string, threads int) (cost, error) {
	if err := os.RemoveAll(results); err != nil {
		return cost{}, err
	}
	program, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	return timed(exec.CommandContext(ctx, program, "job", "--in", extract, "--out", results, "--threads", strconv.Itoa(threads)))
}

// timed runs a command from start to end. Its peak memory is what the system counted for it.
func timed(c *exec.Cmd) (cost, error) {
	var said bytes.Buffer
	c.Stderr = &said
	started := time.Now()
	if err := c.Run(); err != nil {
		return cost{}, fmt.Errorf("run %s: %w\n%s", strings.Join(c.Args, " "), err, said.Bytes())
	}
	took := cost{wall: time.Since(started), cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	usage := c.ProcessState.SysUsage().(*syscall.Rusage)
	if took.peak = usage.Maxrss; runtime.GOOS != "darwin" {
		took.peak *= 1024 // elsewhere it is counted in kilobytes
	}
	return took, nil
}
