# Needs Go and make, nothing else; bench and samples write below bin/ and samples/. duckdb and compare need a C compiler.
GO = go
BINARY = bin/frontdoor
BUILD = CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false
SOURCES = cmd pipeline rules schemas scripts
CONCURRENT = ./pipeline/conform ./pipeline/ingest ./pipeline/dedupe ./pipeline/validate ./pipeline/publish/... ./pipeline/measure ./pipeline/spill

.PHONY: run build test format lint unit bench compare docs cross samples duckdb clean

# Build, run the main job on the sample, print the headline and where the report and the Parquet files are.
run: build
	@$(BINARY) run --config samples/front-door.yaml

build:
	@$(BUILD) -o $(BINARY) ./cmd/frontdoor

# Format, lint, generated pages, and every test: unit, testscript, golden and property.
test: format lint
	$(GO) run ./scripts/docs --check
	@$(MAKE) unit

format:
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l $(SOURCES)) && \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi

lint:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) tool depguard ./...
	@sh scripts/lint-proof.sh

# Every test; then, with the race detector, what works side by side: shorter, because it takes ten times as long. The
# race detector needs a C compiler; without one it is left out.
unit:
	CGO_ENABLED=0 $(GO) test ./...
	@compiler=$$($(GO) env CC); \
	if command -v "$${compiler%% *}" >/dev/null 2>&1; then \
		CGO_ENABLED=1 $(GO) test -race -short $(CONCURRENT) && CGO_ENABLED=1 $(GO) test -race -short -run Sample ./pipeline; \
	else \
		echo "no C compiler: the race detector is left out"; \
	fi

# A million contacts: wall clock, rows a second, peak memory, stages; the same bytes with one processor; then the
# benchmarks of the packages.
bench: build
	$(GO) run ./scripts/timing
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 3x ./...

# Write the pages about rules, schemas and measures from their catalogues.
docs:
	$(GO) run ./scripts/docs

cross:
	GOOS=windows GOARCH=arm64 $(BUILD) -o bin/frontdoor-windows-arm64.exe ./cmd/frontdoor
	GOOS=darwin GOARCH=arm64 $(BUILD) -o bin/frontdoor-darwin-arm64 ./cmd/frontdoor
	GOOS=linux GOARCH=arm64 $(BUILD) -o bin/frontdoor-linux-arm64 ./cmd/frontdoor

# Make the samples again: the same bytes.
samples:
	$(GO) run ./scripts/generate --out samples/front-door --bad samples/bad --exports samples/exports

# Open every Parquet file of the sample's run in DuckDB and recount it with SQL. Not part of test: DuckDB is C++.
duckdb: build
	@compiler=$$($(GO) env CC); command -v "$${compiler%% *}" >/dev/null 2>&1 || { echo "duckdb: needs a C compiler"; exit 1; }
	@$(BINARY) run --config samples/front-door.yaml --store bin/duckdb-store >/dev/null
	cd scripts/parquet && CGO_ENABLED=1 FRONTDOOR_STORE="$(CURDIR)/bin/duckdb-store" $(GO) test -count=1 -v ./...

# The main job side by side with DuckDB doing the same in SQL, in turn, with one thread and with two; whether both find
# the same. Not part of test: DuckDB is C++.
ROWS = 1000000
PAIRS = 5
compare: build
	@compiler=$$($(GO) env CC); command -v "$${compiler%% *}" >/dev/null 2>&1 || { echo "compare: needs a C compiler"; exit 1; }
	$(GO) run ./scripts/timing --prepare --rows $(ROWS)
	cd scripts/bench && CGO_ENABLED=1 $(GO) build -o "$(CURDIR)/bin/compare" .
	bin/compare compare --rows $(ROWS) --pairs $(PAIRS)

clean:
	rm -rf bin
