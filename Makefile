# Everything a developer or a CI machine does starts here; `make help` lists it.

TARGET := $(or $(CARGO_TARGET_DIR),target)
PROGRAMS := -p m2m-local -p terraform-provider-m2m -p m2m-demo -p tfplugin
# The newest that the Makefile was tried with.
CARGO_DENY := 0.20.2

PYTHON := python3
# The suites of `make test-aws`, all of which `make test` runs too.
AWS_TESTS := --test functions --test aws

.DEFAULT_GOAL := help
.PHONY: help demo serve test fuzz test-aws test-tools test-package check bench bench-functions package deploy test-zips lambda-watch build tools .venv

help: ## List what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z.-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Show terraform apply, a machine's token, its verification and its end
	cargo build $(PROGRAMS)
	@$(TARGET)/debug/m2m-demo

serve: ## Keep the service running on http://127.0.0.1:8080, its data in .m2m
	cargo build -p m2m-local
	@$(TARGET)/debug/m2m serve

test: test-tools test-package test-zips ## Run every test; what cannot run here says why
	@command -v terraform >/dev/null || echo "skipped: the tests with real Terraform, there is none on the PATH"
	@test -n "$(EQUIVALENCE_TESTS)" -o -d ../shared/equivalence || echo "skipped: HashiCorp's equivalence tests, EQUIVALENCE_TESTS names no folder"
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --no-fail-fast && cargo test --workspace --doc --quiet; \
	else \
		cargo test --workspace --no-fail-fast; \
	fi

check: tools ## Format, lints, licences, advisories and docs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	cargo deny --workspace check licenses bans sources
	@if cargo deny fetch db >/dev/null 2>&1; then cargo deny --workspace check advisories; \
	else echo "advisories: skipped, the database cannot be fetched from here"; fi

test-aws: test-tools test-zips ## Test the functions and infra/ as AWS runs them, without AWS
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run -p m2m-tests --no-fail-fast $(AWS_TESTS); \
	else \
		cargo test -p m2m-tests --no-fail-fast $(AWS_TESTS); \
	fi

# What tests need beside Rust. Without it the rest is tested, except in CI.
test-tools:
	@$(MAKE) --no-print-directory .venv || { test "$$CI" != true && \
		echo "skipped: the tests with cargo-lambda, ministack, checkov and cfn-lint, which cannot be installed here"; }

# What goes to AWS is built too, where its tools are.
test-package: test-tools
	@if [ -x .venv/bin/cargo-lambda ]; then $(MAKE) --no-print-directory package; fi

fuzz: ## Feed the parsers what nobody means, 200,000 times each, from another seed each time
	M2M_FUZZ_EXECUTIONS=200000 M2M_FUZZ_SEED=$$(date +%s) cargo test -p m2m-tests --test fuzz -- --nocapture

bench: ## Measure the token endpoint beside the ceiling of its HTTP stack, and the revocation snapshot
	cargo build --release -p m2m-local -p m2m-bench
	@$(TARGET)/release/m2m-bench
	@$(TARGET)/release/m2m-bench-snapshot

bench-functions: test-zips ## Measure the Lambda functions that answer requests beside an empty one: zip, start, memory, requests
	cargo build --profile function -p m2m-lambda --examples
	cargo build --profile function -p m2m-bench --bin m2m-bench-functions
	@$(TARGET)/function/m2m-bench-functions --target "$(TARGET)" $(BENCH_ARGUMENTS)

package: .venv ## Make the zips of the Lambda functions, arm64 where that can be built
	@.venv/bin/python tools/package.py

deploy: ## Put the service into the AWS account of your credentials: make deploy VARS=infra/prod.tfvars
	@command -v terraform >/dev/null || { echo "error: there is no terraform on the PATH; it needs 1.9 or newer" >&2; exit 2; }
	@test -f "$(VARS)" || { echo "error: say what to deploy, make deploy VARS=infra/prod.tfvars, in a file like infra/terraform.tfvars.example" >&2; exit 2; }
	@$(MAKE) --no-print-directory package
	@tools/deploy.sh "$(VARS)" "$(TARGET)/lambda"

# The same functions for this machine: what starts them in the tests is here, not in Lambda.
test-zips:
	@$(PYTHON) tools/package.py --host

lambda-watch: .venv ## Run the functions as in Lambda on http://127.0.0.1:9000, built anew when they change
	@tools/lambda-watch.sh

build: ## Build every program
	cargo build $(PROGRAMS)

tools:
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny@$(CARGO_DENY)

# Made anew when a version changed, so that nothing of an old one stays behind.
.venv: .venv/.stamp ## Install the tools that are written in Python or come from its index
.venv/.stamp: tools/requirements.txt tools/checkov.txt
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	$(PYTHON) -m venv .venv/checkov
	.venv/checkov/bin/pip install --quiet --disable-pip-version-check -r tools/checkov.txt
	ln -s ../checkov/bin/checkov .venv/bin/checkov
	@touch $@
