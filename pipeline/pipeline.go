// Package pipeline joins the stages: it is the only place where they meet.
//
// A configuration and the extracts that it names walk in. They are read (ingest), typed (conform), judged
// (validate), and their contacts decided (dedupe); figures are computed (measure) and everything is published
// as one run of the store (publish) with its page (report). A published run walks out, or an error that says why
// there is none; the last good run then stands as it was.
//
//	extracts > ingest > conform > validate > dedupe > measure > publish (report)
//
// The same extracts, settings and program give the same run, byte for byte, whatever the machine's clock, folder,
// number of processors, time zone or language.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/validate"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// Version is the version of the program; it is part of every run's id.
const Version = "0.1.0"

// The invented authority of the sample, and the key that is committed beside it. Everything that is run for
// the authority is marked as synthetic, and the key is refused for any other.
const (
	syntheticAuthority = "998"
	sampleKeyID        = "0b3fab7e"
)

// Options are what a run may be told beside its configuration.
type Options struct {
	Store    string       // instead of the configuration's store
	AsAt     *schemas.Day // instead of the configuration's as_at
	Workers  int          // 0 for as many as there are processors
	Log      *zap.Logger  // one line a stage; nil for none
	Progress func(stage string, read, total int64)
}

// Summary is what a run says of itself.
type Summary struct {
	RunID    string
	Headline string
	Folder   string // of the published run
	Report   string // the page inside it
	Repeated bool   // the run was there already and nothing was done
	Code     int    // exit code without regard to findings
	Findings map[rules.Severity]int64
	Outcomes map[rules.Status]int64
	Notes    []string
	Gates    []string // why a gate failed
}

// job is one run on its way.
type job struct {
	config   *Config
	options  Options
	key      []byte
	store    *publish.Store
	folder   string // of the store
	calendar *schemas.Calendar
	figures  *authorityFigures
	started  time.Time
	timing   sync.Mutex // guards stages
	stages   []stageTime
}

// stageTime is how long a stage took and what was allocated meanwhile: for the journal, never for a hashed file.
// Stages that run side by side count each other's allocations too.
type stageTime struct {
	Stage       string  `json:"stage"`
	Seconds     float64 `json:"seconds"`
	Allocations uint64  `json:"allocations"`
	Bytes       uint64  `json:"allocated_bytes"`
}

// Run runs the configuration and publishes the result. See ExitCode for what its errors mean. A failing gate is
// no error: it is in the summary, and nothing is published.
func Run(ctx context.Context, c *Config, o Options) (*Summary, error) {
	j := &job{config: c, options: o, started: time.Now()}
	if j.options.Log == nil {
		j.options.Log = zap.NewNop()
	}
	if j.options.Workers == 0 {
		j.options.Workers = runtime.GOMAXPROCS(0)
	}
	if err := j.prepare(); err != nil {
		return nil, err
	}
	defer j.store.Close() //nolint:errcheck // everything written is synced before it is named
	release, err := j.store.Lock()
	if err != nil {
		return nil, err
	}
	summary, err := j.run(ctx)
	return summary, errors.Join(err, release())
}

// prepare checks what can be checked before anything is read.
func (j *job) prepare() error {
	c := j.config
	if j.options.AsAt != nil {
		c.AsAt = (*Day)(j.options.AsAt)
	}
	if c.AsAt == nil {
		return fmt.Errorf("read configuration: say on which day the extracts stood: as_at in the file, or --as-at: %w", ErrConfig)
	}
	if c.Period != nil && c.Period.From > *c.AsAt {
		return fmt.Errorf("read configuration: the period begins after as_at: %w", ErrConfig)
	}
	folder := j.options.Store
	if folder == "" {
		if c.Store == "" {
			return fmt.Errorf("read configuration: say where the store is: store in the file, or --store: %w", ErrConfig)
		}
		folder = c.path(c.Store)
	}
	j.folder = folder
	var err error
	if j.key, err = publish.ReadKey(c.path(c.PseudonymKeyFile)); err != nil {
		return err
	}
	if publish.KeyID(j.key) == sampleKeyID && c.Authority != syntheticAuthority {
		return fmt.Errorf("read configuration: pseudonym_key_file is the key of the sample, which everybody has; make your own with frontdoor keygen: %w", ErrConfig)
	}
	if j.figures, err = c.figures(); err != nil {
		return err
	}
	if j.calendar, err = schemas.LoadCalendar("england"); err != nil {
		return err
	}
	j.store, err = publish.Create(folder)
	return err
}

// run walks the stages.
func (j *job) run(ctx context.Context) (summary *Summary, err error) {
	delivery, err := j.find(ctx)
	if err != nil {
		return nil, err
	}
	defer delivery.close()
	identity, err := j.identify(delivery)
	if err != nil {
		return nil, err
	}
	if summary, err := j.repeated(identity); summary != nil || err != nil {
		return summary, err
	}

	structure, err := rules.Load("structure")
	if err != nil {
		return nil, err
	}
	done := j.stage("read")
	reader := &reader{structure: structure, id: rules.NewIdentifier(j.key), log: j.options.Log, progress: j.options.Progress}
	read, err := reader.read(ctx, delivery)
	if err != nil {
		return nil, err
	}
	if err := j.control(reader, read); err != nil {
		return nil, err
	}
	done()

	catalogue, err := rules.Load(delivery.collection.Name)
	if err != nil {
		return nil, err
	}
	staging, err := j.stageRun(identity)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, staging.Discard()) }()

	// Judging, deciding and storing what was delivered all read the tables, and none needs another.
	var judged *validate.Result
	var decided *dedupe.Result
	stages, stagesCtx := errgroup.WithContext(ctx)
	stages.Go(func() error {
		defer j.stage("store delivered")()
		return staging.Tables(stagesCtx, j.options.Workers, read.stored(delivery.collection)...)
	})
	stages.Go(func() (err error) {
		defer j.stage("validate")()
		judged, err = validate.Run(stagesCtx, validate.Input{
			Catalogue: catalogue, Structure: structure,
			Delivery:   &rules.Delivery{Collection: delivery.collection, Tables: read.tables, AsAt: (*schemas.Day)(j.config.AsAt), Calendar: j.calendar},
			Structural: read.findings, StructuralLooked: read.looked, Key: j.key, Workers: j.options.Workers,
		})
		return err
	})
	stages.Go(func() (err error) {
		defer j.stage("dedupe")()
		decided, err = dedupe.Run(stagesCtx, dedupe.Input{
			Contacts: read.tables["contacts"], Children: read.tables["children"], Referrals: read.tables["referrals"], Episodes: read.tables["cin_episodes"],
			Settings: j.config.settings(), Calendar: j.calendar, Ledger: identity.ledger, Workers: j.options.Workers,
		})
		if errors.Is(err, dedupe.ErrNoContacts) {
			return nil
		}
		return err
	})
	if err := stages.Wait(); err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}

	done = j.stage("measure")
	in, err := j.measureInput(read, decided, j.figures)
	if err != nil {
		return nil, err
	}
	figures, err := j.figures.catalogue.Evaluate(ctx, in)
	if err != nil {
		return nil, err
	}
	done()

	r := &result{job: j, identity: identity, delivery: delivery, read: read, judged: judged, decided: decided, figures: figures}
	if gates := r.gates(); len(gates) > 0 {
		summary = j.summaryOf(r.manifest())
		summary.Code, summary.Gates, summary.Folder, summary.Report = ExitGate, gates, "", ""
		return summary, nil
	}
	return r.publish(ctx, staging)
}

// stageRun begins the run's folder beside the others.
func (j *job) stageRun(identity *identity) (*publish.Staging, error) {
	pseudonyms, err := publish.NewPseudonymiser(j.key, string(j.config.Authority))
	if err != nil {
		return nil, err
	}
	staging, err := j.store.Stage(identity.runID)
	if err != nil {
		return nil, err
	}
	staging.Pseudonyms, staging.Version, staging.Synthetic = pseudonyms, Version, j.config.Authority == syntheticAuthority
	return staging, nil
}

// find lists and sums up the files of all extracts.
func (j *job) find(ctx context.Context) (*delivery, error) {
	defer j.stage("find")()
	collection, err := schemas.Load(j.config.Extracts[0].Collection)
	if err != nil {
		return nil, err
	}
	d := &delivery{collection: collection}
	seen := map[string]bool{}
	for i, e := range j.config.Extracts {
		if first := j.config.Extracts[0]; e.Collection != first.Collection || e.Dates != first.Dates {
			d.close()
			return nil, fmt.Errorf("read configuration: extracts[%d]: all extracts of a run are of one collection and declare the same dates: %w", i, ErrConfig)
		}
		shown := func(name string) string {
			if seen[name] {
				name = fmt.Sprintf("%d/%s", i+1, name)
			}
			seen[name] = true
			return name
		}
		if err := d.find(j.config.path(e.Path), conform.DateOrder(e.Dates), shown); err != nil {
			d.close()
			return nil, fmt.Errorf("extracts[%d]: %w", i, err)
		}
	}
	d.order()
	if err := d.digest(ctx, j.options.Workers); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// stage notes the beginning of a stage; the function that it returns notes the end.
func (j *job) stage(name string) (done func()) {
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	return func() {
		var after runtime.MemStats
		runtime.ReadMemStats(&after)
		took := stageTime{Stage: name, Seconds: time.Since(started).Seconds(), Allocations: after.Mallocs - before.Mallocs, Bytes: after.TotalAlloc - before.TotalAlloc}
		j.timing.Lock()
		j.stages = append(j.stages, took)
		j.timing.Unlock()
		j.options.Log.Info("stage", zap.String("stage", name), zap.Float64("seconds", took.Seconds))
	}
}
