# "make" shows what there is. Nothing here is needed to use the program:
# go run ./cmd/shenbao does that.
.DEFAULT_GOAL := help
.PHONY: help build test fmt bench fuzz golden clean

help: ## show this list
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## build bin/shenbao, one static binary
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/shenbao

test: ## run every check and test; installs what is missing when it may
	@scripts/test

fmt: ## format Go files and tidy go.mod
	gofmt -w .
	go mod tidy

bench: ## run the benchmarks and write docs/benchmarks.md, side by side with the alternatives
	@go test -run "^$$" -bench . -benchmem ./...
	@cd bench && ../scripts/postgres go run ./report
	@cd bench && go run ./assignment
	@cd bench && ../scripts/postgres go run ./applications

fuzz: ## run every fuzz target for FUZZTIME (default 30s)
	@scripts/fuzz $(or $(FUZZTIME),30s)

golden: ## rewrite the golden files; read the difference before you commit it
	go test $$(grep -rl 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update

clean: ## remove what was built
	rm -rf bin
