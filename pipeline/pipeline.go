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
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"frontdoor/pipeline/dedupe"
	"frontdoor/pipeline/publish"
	"frontdoor/pipeline/spill"
	"frontdoor/rules"
	"frontdoor/schemas"
)

// Version is the version of the program; it is part of every run's id.
const Version = "0.4.0"

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
	Year     string       // the collection year whose rules apply, YYYY-YY; "" for the delivery's own
	Rules    string       // folder of local rule catalogues, instead of the configuration's
	Kept     string       // the folder catalogue of a published run, instead of the program's declarations
	Workers  int          // 0 for as many as there are processors
	Memory   int64        // bytes that the run may take; 0 for what it needs
	Log      *zap.Logger  // one line a stage; nil for none
	Progress func(stage string, read, total int64)
}

// Summary is what a run says of itself.
type Summary struct {
	RunID    string
	Year     string // whose rules were in force
	Headline string
	Folder   string // of the published run
	Report   string // the page inside it
	Repeated bool   // the run was there already and nothing was done
	Code     int    // exit code without regard to findings
	Findings map[rules.Severity]int64
	Outcomes map[rules.Status]int64
	Notes    []string
	Gates    []string // why a gate failed
	Memory   int64    // the most bytes that the program held at once
}

// job is one run on its way.
type job struct {
	config    *Config
	options   Options
	catalogue *catalogue
	figures   *authorityFigures
	key       []byte
	store     *publish.Store
	folder    string // of the store
	started   time.Time
	timing    sync.Mutex // guards stages
	stages    []stageTime
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
	err := j.prepare()
	if j.catalogue != nil {
		defer j.catalogue.close()
	}
	if err != nil {
		return nil, err
	}
	defer j.store.Close() //nolint:errcheck // everything written is synced before it is named
	release, err := j.store.Lock()
	if err != nil {
		return nil, err
	}
	summary, err := j.run(ctx)
	if summary != nil {
		summary.Memory = memoryPeak()
	}
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
	if err := j.readCatalogue(); err != nil {
		return err
	}
	if j.figures, err = c.figures(j.catalogue.measures); err != nil {
		return err
	}
	j.store, err = publish.Create(folder)
	return err
}

// readCatalogue reads what the run goes by. Without a year it is that of the period's end, or else of as_at.
func (j *job) readCatalogue() (err error) {
	local := j.options.Rules
	if local == "" && j.config.Rules != "" {
		local = j.config.path(j.config.Rules)
	}
	collections := []string{frontDoor}
	for _, e := range j.config.Extracts {
		if !slices.Contains(collections, e.Collection) {
			collections = append(collections, e.Collection)
		}
	}
	if j.catalogue, err = openCatalogue(collections, j.options.Kept, local, true); err != nil {
		return err
	}
	end := (*schemas.Day)(j.config.AsAt)
	if j.config.Period != nil {
		end = (*schemas.Day)(&j.config.Period.To)
	}
	return j.catalogue.hold(j.options.Year, end)
}

// run walks the stages.
func (j *job) run(ctx context.Context) (summary *Summary, err error) {
	deliveries, err := j.find(ctx)
	defer func() {
		for _, d := range deliveries {
			d.close()
		}
	}()
	if err != nil {
		return nil, err
	}
	identity, err := j.identify(deliveries)
	if err != nil {
		return nil, err
	}
	if summary, err := j.repeated(identity); summary != nil || err != nil {
		return summary, err
	}

	spare, free, err := allowMemory(j.options.Memory, memoryPerByte, deliveries...)
	if err != nil {
		return nil, err
	}
	defer free()
	spilled := spill.New(spare, func() (spill.Place, error) { return j.store.Scratch() })
	defer func() { err = errors.Join(err, spilled.Close()) }()

	done := j.stage("read")
	read, err := j.read(ctx, deliveries, spilled)
	if err != nil {
		return nil, err
	}
	done()

	staging, err := j.stageRun(identity)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, staging.Discard()) }()

	// Every stage takes memory of its own, so only those run side by side that need one another's processors: while one
	// counts in order, the other spreads over them. What is stored, column by column, keeps all of them busy by itself. Where
	// no memory is to spare, judging and deciding, which take most, wait for one another.
	staging.Keep = spilled.Array
	r := &result{job: j, identity: identity, read: read}
	atOnce := everyStage
	if spare == 0 {
		atOnce = 1
	}
	err = sideBySide(ctx, atOnce, func(ctx context.Context) (err error) {
		defer j.stage("validate")()
		r.judged, err = judge(ctx, read, j.catalogue, (*schemas.Day)(j.config.AsAt), j.key, j.options.Workers)
		return err
	}, func(ctx context.Context) (err error) {
		defer j.stage("dedupe")()
		r.decided, err = dedupe.Run(ctx, dedupe.Input{
			Contacts: read.tables["contacts"], Children: read.tables["children"], Referrals: read.tables["referrals"], Episodes: read.tables["cin_episodes"],
			Settings: j.config.settings(), Collection: j.catalogue.collections[frontDoor], Calendar: j.catalogue.calendar, Ledger: identity.ledger, Workers: j.options.Workers,
			Keep: spilled.Array,
		})
		spilled.Forget()
		if errors.Is(err, dedupe.ErrNoContacts) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.pupils, err = read.joinSchool(j.config.Join, r.decided); err != nil {
		return nil, err
	}
	if gates := r.gates(); len(gates) > 0 {
		summary = j.summaryOf(r.manifest())
		summary.Code, summary.Gates, summary.Folder, summary.Report = ExitGate, gates, "", ""
		return summary, nil
	}
	var manifest *publish.Manifest
	err = sideBySide(ctx, everyStage, func(context.Context) error {
		defer j.stage("store findings")()
		return staging.Findings(r.judged.found())
	}, func(context.Context) error {
		manifest = r.manifest()
		return nil
	}, func(ctx context.Context) error {
		if err := r.measure(ctx); err != nil {
			return err
		}
		return r.store(ctx, staging)
	})
	if err != nil {
		return nil, err
	}
	return j.publish(ctx, staging, manifest) // from what is stored: what the stages made is let go of
}

// everyStage lets all stages run at once.
const everyStage = -1

// sideBySide runs stages in their order, so many at once, and waits for all. The first error ends the others.
func sideBySide(ctx context.Context, atOnce int, stages ...func(context.Context) error) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, stage := range stages {
		group.Go(func() error {
			if err := within.Err(); err != nil {
				return err
			}
			return stage(within)
		})
	}
	if err := group.Wait(); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}

// stageRun begins the run's folder beside the others.
func (j *job) stageRun(identity *identity) (*publish.Staging, error) {
	pseudonyms, err := publish.NewPseudonymiser(j.key, string(j.config.Authority), j.config.formerAuthorities()...)
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

// read reads the deliveries and joins them.
func (j *job) read(ctx context.Context, deliveries []*delivery, spilled *spill.File) (*joined, error) {
	reader := &reader{structure: j.catalogue.structure, id: rules.NewIdentifier(j.key), log: j.options.Log, progress: j.options.Progress, spilled: spilled}
	defer spilled.Forget()
	var parts []*read
	for _, d := range deliveries {
		from := len(parts)
		for _, own := range d.returns() {
			part, err := reader.read(ctx, own)
			if err != nil {
				return nil, err
			}
			if err := j.holdOwn(part); err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
		if err := j.control(reader, parts[from:]); err != nil {
			return nil, err
		}
	}
	joined, err := join(parts, j.catalogue.collections[frontDoor])
	if err != nil {
		return nil, err
	}
	for _, part := range joined.parts {
		standsIn := func(name string) bool { return part.collection.Name == frontDoor && joined.tables[name] != nil }
		if err := reader.miss(part, standsIn); err != nil {
			return nil, err
		}
	}
	joined.lacks()
	joined.gather()
	joined.notes = append(joined.notes, j.config.predecessors()...)
	return joined, nil
}

// find lists and sums up the files of all extracts, by collection. What it returns is to be closed, with an error too.
func (j *job) find(ctx context.Context) (deliveries []*delivery, err error) {
	defer j.stage("find")()
	names := takenNames{}
	for i, e := range j.config.Extracts {
		shown := func(file, sheet string) string { return names.take(file, sheet, i+1) }
		at := slices.IndexFunc(deliveries, func(d *delivery) bool { return d.collection.Name == e.Collection })
		if at < 0 {
			at = len(deliveries)
			deliveries = append(deliveries, &delivery{collection: j.catalogue.collections[e.Collection]})
		}
		if err := deliveries[at].find(ctx, j.config.path(e.Path), e.reading(j.config), shown); err != nil {
			return deliveries, fmt.Errorf("extracts[%d]: %w", i, err)
		}
	}
	for _, d := range deliveries {
		if err := d.digest(ctx, j.options.Workers); err != nil {
			return deliveries, err
		}
		d.order()
	}
	return deliveries, nil
}

// takenNames are the names by which files are shown: by name, the extract that has it and the sheets of the file.
type takenNames map[string]*takenName

type takenName struct {
	extract int
	sheets  []string
}

// take returns the name by which a file, or a sheet of it, of an extract is shown: that of no other.
func (names takenNames) take(file, sheet string, extract int) string {
	for n, name := extract, file; ; n++ {
		held := names[name]
		if held == nil {
			held = &takenName{extract: extract}
			names[name] = held
		}
		if held.extract == extract && !slices.Contains(held.sheets, sheet) {
			held.sheets = append(held.sheets, sheet)
			return name
		}
		name = fmt.Sprintf("%d/%s", n, file)
	}
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
