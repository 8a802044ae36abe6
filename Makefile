# Two commands are enough: `make run` opens a working city, `make test` passes the tests.
export CGO_ENABLED = 0

GO   ?= go
ADDR ?= 127.0.0.1:8080
DATA ?= data
CITY ?= jurisdictions/shifan

.PHONY: run reset build front test lint browser conform bench bench-smoke generate clean

run: build
	./bin/tongban serve --listen $(ADDR) --data $(DATA) --jurisdiction $(CITY) --demo --welcome

reset:
	rm -rf $(DATA)

build: front
	$(GO) build -trimpath -ldflags "-s -w" -o bin/tongban ./cmd/tongban

# The style sheets, scripts and the document font come from npm, pinned by the lock file, into a folder
# that is embedded and not committed.
front: internal/web/ui/dist/.made

internal/web/ui/dist/.made: package-lock.json $(wildcard internal/web/ui/front/*)
	npm ci --ignore-scripts --no-audit --no-fund
	npm run --silent build
	touch $@

# templ files become Go, which is committed.
generate:
	$(GO) tool templ generate

test: front
	$(GO) test ./...

lint:
	test -z "$$(gofmt -l cmd internal test bench)" || { gofmt -l cmd internal test bench; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) tool templ generate >/dev/null && git diff --exit-code -- '*_templ.go'

browser: build
	node test/browser/run.mjs --serve

# Needs the SHACL shapes of CPSV-AP, which are others' work: CPSV_AP_SHAPES=FILE make conform
conform: build
	node test/conform/conform.mjs

bench: build
	$(MAKE) -C bench full

bench-smoke: build
	$(MAKE) -C bench smoke

clean:
	rm -rf bin internal/web/ui/dist/.made node_modules
