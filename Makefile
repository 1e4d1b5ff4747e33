# What CI runs, one word each. `make demo` and `make test` are all that a new machine with Swift needs.

SWIFT ?= swift
THREADS ?=
DATA ?=
RUN ?= run
ARGS ?=

# One binary that needs no Swift on the machine it runs on.
BUILD = $(SWIFT) build -c release --static-swift-stdlib
# Tests are built optimised: unoptimised SIMD code is a hundred times slower. In a folder of their own, since they are
# compiled with other flags.
TEST_FOLDER = .build-test
TEST_BUILD = -c release -Xswiftc -enable-testing --scratch-path $(TEST_FOLDER)

.PHONY: all setup build demo train test test-long test-faults test-soak test-sanitizers test-mutations fuzz lint instructions
.PHONY: format bench bench-peers compare-scikit-learn speedrun clean

all: build

# The three system libraries: OpenMP's, zlib's and libyaml's.
setup:
	@Tools/setup.sh

build: setup
	$(BUILD)

# A network learns real digits: the built-in sample, under ten seconds of training.
demo: build
	.build/release/fasttrain --epochs 20 $(if $(THREADS),--threads $(THREADS)) $(ARGS)

# make train DATA=mnist.safetensors THREADS=16 RUN=run ARGS="--hidden 256"
train: build
	.build/release/fasttrain train $(if $(DATA),--data $(DATA)) $(if $(THREADS),--threads $(THREADS)) --output $(RUN) $(ARGS)

test: build
	$(SWIFT) build $(TEST_BUILD) --build-tests
	Tools/test-python.sh .build/release/fasttrain .build/release/fasttrain-data
	SWIFT=$(SWIFT) Tools/test-examples.sh .build/release
	FASTTRAIN_BINARY=$(CURDIR)/.build/release/fasttrain Tools/test.sh $(SWIFT) test --skip-build $(TEST_BUILD)

# What takes minutes: the example of a package built from the start, every float through exp, full MNIST, many kills.
test-long: build
	$(SWIFT) build $(TEST_BUILD) --build-tests
	FASTTRAIN_LONG=1 SWIFT=$(SWIFT) Tools/test-examples.sh .build/release
	FASTTRAIN_LONG=1 FASTTRAIN_BINARY=$(CURDIR)/.build/release/fasttrain Tools/test.sh $(SWIFT) test --skip-build $(TEST_BUILD)

# Faults at every call on a run's files, power losses, kills, damaged checkpoints, hostile files; eight minutes, and a gigabyte of
# room for temporary files.
# make test-faults ARGS="--only kills --kills 1000"
test-faults: build
	Tests/Faults/run.py .build/release/fasttrain .build/release/fasttrain-data $(ARGS)

# The tests under AddressSanitizer, then training, resuming and a search under ThreadSanitizer.
test-sanitizers: setup
	SWIFT=$(SWIFT) Tools/test-sanitizers.sh address
	SWIFT=$(SWIFT) Tools/test-sanitizers.sh thread

# Takes one promise after another out of a copy of the sources, and sees that a test fails.
test-mutations: setup
	Tools/test-mutations.py --swift $(SWIFT) $(ARGS)

# Mutations of the seeds of each parser under AddressSanitizer, guided by coverage (libFuzzer).
# Its program is built apart, in .build-fuzz. make fuzz ARGS="--only csv,yaml --runs 1000000 --quick", or --seconds 600 each.
FUZZ_FOLDER = .build-fuzz

fuzz: setup
	FASTTRAIN_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_FOLDER) --product fasttrain-fuzz
	Tests/Fuzz/run.py $(FUZZ_FOLDER)/release/fasttrain-fuzz --work $(FUZZ_FOLDER)/work $(ARGS)

# Random recipes killed again and again, and a long run that must not grow; two hours.
# make test-soak ARGS="--rounds 50 --seed 7"
test-soak: build
	Tests/Faults/soak.py .build/release/fasttrain .build/release/fasttrain-data $(ARGS)

# Formatting, doc comments, paths in the documents, the snippets that mutations replace, and the symbols of what is built.
lint: build
	Tools/check-documents.py --report
	Tools/check-comments.py
	Tools/test-mutations.py --check
	git ls-files -z '*.swift' | xargs -0 $(SWIFT) format lint --strict --parallel
	Tools/check-symbols.sh .build/release

# What training executes, kernel by kernel, under valgrind, against committed figures; half a minute.
# make instructions ARGS=--update takes what is found for the new ones.
instructions: build
	Benchmarks/instructions/count.py .build/release --swift $(SWIFT) $(ARGS)

format:
	git ls-files -z '*.swift' | xargs -0 $(SWIFT) format --in-place --parallel

# Kernels, all-reduce and a training step, by ordo-one/benchmark in a package of its own; a minute once it is built.
# make bench ARGS="--filter 'forward.*'". Its plugin builds in release mode by itself; with `-c release` here it would
# also build its own tools anew at every call.
bench: setup
	cd Benchmarks && $(SWIFT) package --disable-sandbox benchmark --grouping metric \
		$$(test -t 2 || echo --no-progress) $(ARGS)

# fasttrain against JAX, Keras, PyTorch and scikit-learn in one run, twenty minutes once they are installed; writes
# Benchmarks/RESULTS.md and its chart. make bench-peers DATA=mnist.safetensors THREADS="2 1" ARGS="--rounds 3"
bench-peers: build
	DATA="$(DATA)" Benchmarks/peers/run.sh $(THREADS:%=--threads %) $(ARGS)

# fasttrain beside scikit-learn on the six data sets that it carries, ten seeds: scores and times, a minute once it is
# installed; writes Benchmarks/COMPARISON.md.
compare-scikit-learn: build
	[ -x .build-python/bin/python ] || python3 -m venv .build-python
	.build-python/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/Python/requirements-tables.txt
	.build-python/bin/python Benchmarks/compare-scikit-learn.py --fasttrain .build/release/fasttrain \
		--converter .build/release/fasttrain-data $(ARGS)

# 98% of MNIST's test rows, the whole process in under a second on two cores, over ten seeds; the recipe is in the script.
speedrun: build
	data=$$(DATA="$(DATA)" Benchmarks/mnist.sh) && \
		Benchmarks/speedrun.py --fasttrain .build/release/fasttrain --data "$$data" \
		$(if $(THREADS),--threads $(THREADS)) $(ARGS)

clean:
	rm -rf .build $(TEST_FOLDER) $(FUZZ_FOLDER) .build-python .build-peers .build-benchmarks .build-examples Examples/*/out Benchmarks/.build
