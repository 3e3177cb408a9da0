# Common uses:
#   make demo     see it work: private servers, lotteryd, load, the result
#   make test     everything the project checks
#   make check    the quick half of it: format, layering, doccheck, vet, lint
#   make help     all targets
#
# Needs Go, git, make and gcc (for the race detector). A Redis, a Postgres and,
# for the tests, Chromium are installed where that is possible, and never touched
# where they exist.

GO       ?= go
FUZZTIME ?= 3s
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

# Pinned: a new release of the linter must not break an old commit.
STATICCHECK = v0.8.2

# Pinned too: it decides which mutants there are.
GREMLINS = v0.6.0

# Without C: static programs run in any container and take 2 MiB less memory.
# No version control stamp: it fails where git does not trust the folder's
# owner, as in containers; VERSION carries the same.
BUILD = CGO_ENABLED=0 $(GO) build -buildvcs=false -trimpath -ldflags '-X main.version=$(VERSION)'

.DEFAULT_GOAL := help
.NOTPARALLEL: # check comes before the long tests, servers before what needs them
.PHONY: help build servers browser demo test check format vet lint layering doccheck race fuzz-short mutate power model bench-draw bench-overload bench-degraded bench-recovery bench-flood bench-loadgen bench-compare bench-flame bench-steps bench-best bench-noise bench-planted bench-recorder chaos clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

# --- build and run ---------------------------------------------------------

build: ## build bin/lotteryctl and bin/lotteryd
	@mkdir -p bin
	$(BUILD) -o bin/ ./cmd/lotteryctl ./cmd/lotteryd

servers: build ## install Redis and Postgres if they are missing (root on Debian/Ubuntu)
	@.ci/install-servers bin/lotteryctl

browser: ## install Chromium and its driver if they are missing (root on Debian)
	@.ci/install-browser

demo: servers ## three minutes: lotteryd untuned, tuned as in the tuning article, and at its best; seven rounds
	bin/lotteryctl bench --steps ladder --only before,article,best --runs 7 --rate 300 --duration 7s --warmup 500ms --noise-limit none

# --- check -----------------------------------------------------------------

test: check servers browser race fuzz-short ## everything: check, unit and integration tests under the race detector, short fuzzing

check: format layering doccheck vet lint ## the quick half: format, layering, doccheck, vet, lint

format:
	@unformatted=$$(gofmt -l analyze cmd internal loadgen profiles); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi

# As make build compiles, so that what it has compiled is not compiled again.
AS_BUILT = CGO_ENABLED=0 GOFLAGS=-trimpath

# Checks that read the standard library's source: a program that is built with
# -trimpath has to be told where that is.
SOURCE_CHECK = GOROOT="$$($(GO) env GOROOT)" $(AS_BUILT) $(GO) test -count=1

vet:
	$(AS_BUILT) $(GO) vet ./...

lint: ## staticcheck, at a pinned version
	@$(AS_BUILT) $(GO) run honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK) ./...

layering: ## imports, arrows between files and sizes against docs/ARCHITECTURE.md
	@$(SOURCE_CHECK) ./internal/layering

doccheck: ## names, files, links and words in documentation and comments
	@$(SOURCE_CHECK) ./internal/doccheck

# The longest first, and one package more at a time than there are processors:
# tests wait for a third of their time. Not vetted again, nor are the layering and
# the documentation checked: check does that, and the race detector makes the
# reading of the whole repository ten times slower.
race: ## all tests under the race detector, with real servers and a real browser
	rest=$$($(GO) list ./... | grep -v -e '/internal/layering$$' -e '/internal/doccheck$$') && \
	$(GO) test -race -vet=off -p $$(($$(getconf _NPROCESSORS_ONLN) + 1)) -timeout 10m \
		./cmd/... ./internal/powerbench ./internal/postgres ./profiles ./loadgen $$rest

fuzz-short: ## each fuzz target for FUZZTIME (3s)
	@GO='$(GO)' .ci/fuzz-short $(FUZZTIME)

# Not a part of test: it takes hours. One room alone: make mutate ROOMS=analyze/stat.
# A mutant may allocate without end, so its memory is limited. Leave the files
# alone while it runs: it builds what is there.
mutate: ## would the tests notice a wrong operator? in the rooms of figures, or in ROOMS; hours
	ulimit -v 8388608 && nice -n 15 $(GO) run ./internal/mutate -gremlins github.com/go-gremlins/gremlins/cmd/gremlins@$(GREMLINS) $(ROOMS)

# Needs FUSE: /dev/fuse, and root or fusermount3. An interrupted run continues.
# The short form is part of test.
power: servers ## 300 losses of power under load, audited, and planted ones that must be found; half an hour
	$(BUILD) -o bin/ ./internal/powerbench
	rm -rf bin/power-planted
	for fault in fsync-off commit-off lying-disk; do \
		bin/powerbench --planted $$fault --losses 5 --lotteryd bin/lotteryd --out bin/power-planted/$$fault || exit; done
	bin/powerbench --lotteryd bin/lotteryd --losses $(POWER_LOSSES) --seed $(POWER_SEED)

POWER_LOSSES = 300
POWER_SEED = 1
# The history of one world: make model MODEL_SEED=17 MODEL_STEPS=1 MODEL_TEXT=history.txt
MODEL_SEED  ?= 1000
MODEL_STEPS ?= 10000000

model: ## a seeded model of the draw protocol with faults, 10 million steps from MODEL_SEED on; 2 to 5 minutes
	MODEL_SEED=$(MODEL_SEED) MODEL_STEPS=$(MODEL_STEPS) MODEL_TEXT=$(MODEL_TEXT) $(GO) test -count=1 -v -timeout 0 -run '^TestModel$$' ./internal/drawmodel

# --- measure ---------------------------------------------------------------

# Those with bars of their own exit with 1 if one was missed, and with 3 if that
# was while other programs used the machine: make prints that as Error 1 and Error 3.

bench-draw: ## the draw path against a bare handler; 9 minutes
	$(BUILD) -o bin/ ./internal/drawbench
	bin/drawbench

bench-overload: ## what a crowd is answered in time, from 64 to 20,000 connections and up to ten times of what lotteryd can do; 15 minutes
	$(BUILD) -o bin/ ./internal/drawbench
	bin/drawbench --only overload --rounds 5

bench-degraded: ## what is answered while Postgres or Redis is away, half-open or slow; 12 minutes
	$(BUILD) -o bin/ ./internal/faultbench
	bin/faultbench --only degraded

bench-recovery: ## Redis killed under load with 1 to 200 activities: time until each answers; 8 minutes
	$(BUILD) -o bin/ ./internal/faultbench
	bin/faultbench --only recovery

bench-flood: ## does the load generator take away what an overloaded service could answer? 6 minutes
	$(BUILD) -o bin/ ./internal/drawbench
	bin/drawbench --only flood --rounds 5

bench-loadgen: ## the load generator: cost, pacing, correct latencies; 7 minutes
	$(BUILD) -o bin/ ./loadgen/internal/loadbench
	bin/loadbench

bench-compare: ## compare against benchstat: wall time, CPU and memory of both
	$(BUILD) -o bin/ ./analyze/bench/internal/comparebench
	bin/comparebench

bench-flame: ## flame graphs of profiles with half a million stacks, alone and as a difference: time, memory, size; 2 minutes
	$(BUILD) -o bin/ ./analyze/flame/internal/flamebench
	bin/flamebench

# The long ones take RUNS: fewer rounds are sooner done and decide less.
RUNS = 10

bench-steps: servers ## what each tuning step does alone, audited; 20 minutes
	bin/lotteryctl bench --steps each --duration 4s --warmup 1s --rate 600 --repeats 1 --runs $(RUNS)

bench-best: servers ## the same three: p95 at 1,200/s, then capacity; 20 minutes
	bin/lotteryctl bench --steps ladder --only before,article,best --duration 5s --warmup 2s --rate 1200 --runs $(RUNS)
	bin/lotteryctl bench --steps ladder --only before,article,best --capacity --slo 20ms --runs $(RUNS)

bench-noise: servers ## what lotteryd's metrics do when nothing changes; 3 minutes
	bin/lotteryctl bench --calibrate --duration 5s --warmup 2s --rate 1200

# A gate that was chosen beforehand must fail on the planted fault (exit code 1)
# and one on what is healthy must pass (0). 3 is a gate that these rounds cannot
# decide, on a machine that does other work.
gate = @bin/lotteryctl compare --strict $(2) $(PLANTED)/$(3) >/dev/null; code=$$?; case $$code in \
	$(1)) echo "right: exit code $$code for $(2)" ;; \
	3) echo "not decided: exit code 3 for $(2), want $(1)"; exit 3 ;; \
	*) echo "WRONG: exit code $$code for $(2), want $(1)"; exit 1 ;; esac
PLANTED = bin/planted-runs

bench-planted: build ## is 5 % more work found? 1 ms of sleep in one request of ten? 5 minutes
	$(BUILD) -o bin/ ./internal/planted
	rm -rf $(PLANTED)
	bin/lotteryctl bench --arm healthy='bin/planted --port {{port}} --rounds 10000' --arm burning='bin/planted --port {{port}} --rounds 10000 --burn 0.05' \
		--url 'http://127.0.0.1:{{port}}/?user={{user}}' --rate 300 --duration 8s --warmup 1s --out $(PLANTED)/burning
	bin/lotteryctl bench --arm healthy='bin/planted --port {{port}}' --arm sleepy='bin/planted --port {{port}} --sleep-share 0.1' \
		--url 'http://127.0.0.1:{{port}}/?user={{user}}' --rate 500 --duration 5s --warmup 1s --out $(PLANTED)/sleepy
	$(call gate,1,--fail-on 'cpu-ns/op>2%' --min-effect 0.02,burning)
	$(call gate,0,--fail-on 'p95-latency>50%',burning)
	$(call gate,1,--fail-on 'p95-latency>50%',sleepy)
	$(call gate,0,--fail-on 'cpu-ns/op>20%',sleepy)

# At that rate threads wait for the processor because of the load itself, so
# only what others use of it has a round measured again.
bench-recorder: servers ## lotteryd without its recorder and with it, then tracing all the time, at 5,000 draws/s; half an hour
	$(GO) test ./profiles/recorder -run '^$$' -bench 'Labels|Observe|Slice' -cpu 1
	$(GO) test ./profiles/recorder -run '^$$' -bench RecorderSample -cpu 1 -benchtime 30x
	bin/lotteryctl bench --lotteryd-arm off='--recorder off' --lotteryd-arm on= --rate 5000 --duration 40s --warmup 5s --runs $(RUNS) --no-check --noise-limit foreign-cpu=10%
	bin/lotteryctl bench --lotteryd-arm off='--recorder off' --lotteryd-arm tracing='--recorder-cpu 0.5' \
		--rate 5000 --duration 15s --warmup 5s --runs $(RUNS) --no-check --noise-limit foreign-cpu=10%

# --- attack ----------------------------------------------------------------

# 903 cycles: each fault alone, and each pair of two. Another SEED is another order,
# with other times.
SEED   = 1
CYCLES = 903

chaos: servers ## real faults, alone and in pairs, on real processes; each audited; an hour
	$(BUILD) -o bin/ ./internal/chaos
	bin/chaos --planted
	bin/chaos --seed $(SEED) --cycles $(CYCLES)

# --- tidy ------------------------------------------------------------------

clean: ## remove what was built (not runs/)
	rm -rf bin
