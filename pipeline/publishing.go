package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/report"
)

// publish writes the pages, holds the counts against what is stored, and renames the run into place. Whatever fails, the
// current run stands.
func (j *job) publish(ctx context.Context, staging *publish.Staging, m *publish.Manifest) (*Summary, error) {
	done := j.stage("publish")
	staging.Draft(m)
	var headline string
	var checks errgroup.Group
	checks.Go(func() error {
		page, err := readPage(staging.Reader(), m, j.figures, true)
		if err != nil {
			return err
		}
		headline = report.HeadlineInternal(page.Internal())
		defer j.stage("report")()
		return writeReports(staging, page)
	})
	checks.Go(staging.Sum)
	checks.Go(func() error {
		defer j.stage("recount")()
		problems, err := publish.Invariants(staging.Reader())
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return fmt.Errorf("check counts: %s: %w", problems[0], ErrCount)
		}
		return nil
	})
	if err := checks.Wait(); err != nil {
		return nil, err
	}
	m.Headline = headline
	if err := staging.Seal(m); err != nil {
		return nil, err
	}
	done()
	if err := j.writeJournal(staging); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := staging.Publish(); err != nil {
		return nil, err
	}
	return j.summaryOf(m), nil
}

// writeJournal writes what must not touch a hashed file: the clock, the host, the workers, how long stages took.
func (j *job) writeJournal(staging *publish.Staging) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	var text []byte
	entries := []any{map[string]any{
		"started": j.started.UTC().Format(time.RFC3339), "ended": time.Now().UTC().Format(time.RFC3339),
		"host": host, "workers": j.options.Workers, "platform": runtime.GOOS + "/" + runtime.GOARCH, "memory_peak": memoryPeak(),
		"memory_limit": j.options.Memory,
	}}
	for _, stage := range j.stages {
		entries = append(entries, stage)
	}
	for _, entry := range entries {
		line, err := json.Marshal(entry)
		if err != nil {
			return fmt.Errorf("write journal: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	return writeFile(staging, publish.JournalFile, text)
}

// writeReports writes the pages and the workbook from what is stored, by the reader that everything later uses.
func writeReports(staging *publish.Staging, page *report.Page) error {
	var group errgroup.Group
	for name, write := range reports(page, staging.Folder()) {
		group.Go(func() error {
			file, err := staging.File(name)
			if err != nil {
				return err
			}
			return errors.Join(write(file), file.Close())
		})
	}
	return group.Wait()
}

// writeFile writes a file of the run.
func writeFile(staging *publish.Staging, name string, text []byte) error {
	file, err := staging.File(name)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
