# `make demo` and `make test` are all that a new machine with Swift needs. CONTRIBUTING.md lists the targets.

SWIFT ?= swift
MPICC ?= mpicc
THREADS ?=
DATA ?=
RUN ?= run
ARGS ?=
PREFIX ?= /usr/local
DESTDIR ?=

# Swift's libraries are linked in, so the programs run on machines without Swift.
BUILD = $(SWIFT) build -c release --static-swift-stdlib
PROGRAMS = .build/release
# Tests are built with optimization, since unoptimized SIMD code is a hundred times slower, and in a folder of their
# own, since their compiler flags differ.
TEST_FOLDER = .build-test
TEST_BUILD = -c release -Xswiftc -enable-testing --scratch-path $(TEST_FOLDER)
TEST = FASTTRAIN_BINARY=$(CURDIR)/$(PROGRAMS)/fasttrain Tools/test.sh $(SWIFT) test --skip-build $(TEST_BUILD)
FUZZ_FOLDER = .build-fuzz
DOCUMENTATION = .build-documentation/FastTrain.doccarchive
# Manual pages and shell completions.
MANUAL = .build-manual/share

.PHONY: all setup build mpi c-library demo train install uninstall docs manual cli-reference
.PHONY: test test-long test-install test-c test-faults test-mpi test-soak test-sanitizers test-mutations fuzz lint instructions format
.PHONY: bench bench-peers compare-scikit-learn speedrun scaling clean

all: build

# Installs the system libraries if they are missing: those of OpenMP, zlib and libyaml.
setup:
	@Tools/setup.sh

build: setup
	$(BUILD)

# Builds the shim that lets mpirun and srun start fasttrain on several machines. make mpi MPICC=mpicc.mpich
mpi: build
	$(MPICC) -O2 -Wall -Wextra -fPIC -shared -I Sources/CProcessGroup/include \
		-o $(PROGRAMS)/libfasttrain-mpi.so Tools/mpi/fasttrain-mpi.c

# Builds the shared library with the C interface (docs/C.md).
c-library: build
	Tools/make-c-library.sh $(PROGRAMS)

# Trains on the built-in sample of handwritten digits, for less than ten seconds.
demo: build
	$(PROGRAMS)/fasttrain --epochs 20 $(if $(THREADS),--threads $(THREADS)) $(ARGS)

# make train DATA=mnist.safetensors THREADS=16 RUN=run ARGS="--hidden 256"
train: build
	$(PROGRAMS)/fasttrain train $(if $(DATA),--data $(DATA)) $(if $(THREADS),--threads $(THREADS)) --output $(RUN) $(ARGS)

# The programs, their manual pages and completions for bash, zsh and fish. make install PREFIX=$HOME/.local
install: manual
	SWIFT=$(SWIFT) Tools/install.sh $(PROGRAMS) $(MANUAL) "$(DESTDIR)$(PREFIX)"

uninstall:
	Tools/install.sh --remove "$(DESTDIR)$(PREFIX)"

manual: build
	SWIFT=$(SWIFT) Tools/make-manual.sh $(PROGRAMS) $(MANUAL)

# The documentation of the library, by DocC; any warning is an error. To read it: python3 -m http.server -d FOLDER.
docs: build
	SWIFT=$(SWIFT) Tools/make-documentation.sh $(PROGRAMS) $(DOCUMENTATION)

test: build test-install
	$(SWIFT) build $(TEST_BUILD) --build-tests
	Tools/test-python.sh $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data
	SWIFT=$(SWIFT) Tools/test-examples.sh $(PROGRAMS)
	$(TEST)

# The tests, and those that take minutes: the library's example built from scratch, every float through exp, all of
# MNIST, many kills.
test-long: build
	$(SWIFT) build $(TEST_BUILD) --build-tests
	FASTTRAIN_LONG=1 SWIFT=$(SWIFT) Tools/test-examples.sh $(PROGRAMS)
	FASTTRAIN_LONG=1 $(TEST)

# Installs into a temporary folder, and checks the programs, manual pages and completions there.
test-install: manual
	Tools/test-install.sh

# The C interface: a program that uses all of it, also under valgrind.
test-c: c-library
	Tests/C/run.sh $(PROGRAMS)

# Faults at every call on the files of a run, power losses, kills, damaged checkpoints, hostile files. Takes eight
# minutes, and a gigabyte for temporary files. make test-faults ARGS="--only kills --kills 1000"
test-faults: build
	Tests/Faults/run.py $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data $(ARGS)

# Several processes against one, with Open MPI. make test-mpi ARGS="--only kills --kills 100"
# make test-mpi MPICC=mpicc.mpich ARGS="--mpirun mpirun.mpich --only same,kills"
test-mpi: mpi
	Tests/Processes/run.py $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data $(ARGS)

# Computes how training scales to a thousand hosts like this one, or compares such figures with runs (as root).
# make scaling ARGS="--bandwidth 25e9 --threads 16" or ARGS="--check 1e8,1e9"
scaling: mpi
	Benchmarks/scaling/scaling.py $(PROGRAMS)/fasttrain $(ARGS)

# The tests under AddressSanitizer; training, resuming and a search under ThreadSanitizer.
test-sanitizers: setup
	SWIFT=$(SWIFT) Tools/test-sanitizers.sh address
	SWIFT=$(SWIFT) Tools/test-sanitizers.sh thread

# Breaks one promise after another in a copy of the sources, and checks that a test fails each time.
test-mutations: setup
	Tools/test-mutations.py --swift $(SWIFT) $(ARGS)

# Mutates the seeds of each parser under AddressSanitizer, guided by coverage (libFuzzer).
# make fuzz ARGS="--only csv,yaml --runs 1000000 --quick"; ARGS="--seconds 600" is a time for each parser.
fuzz: setup
	FASTTRAIN_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_FOLDER) --product fasttrain-fuzz
	Tests/Fuzz/run.py $(FUZZ_FOLDER)/release/fasttrain-fuzz --work $(FUZZ_FOLDER)/work $(ARGS)

# Kills random recipes again and again, then checks that a long run does not grow. Takes two hours.
# make test-soak ARGS="--rounds 50 --seed 7"
test-soak: build
	Tests/Faults/soak.py $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data $(ARGS)

# Paths in documents, documentation comments, options in texts of the library, the texts that mutations replace,
# formatting, and the symbols of the kernels.
lint: build
	Tools/check-documents.py
	Tools/check-comments.py
	Tools/check-errors.py
	Tools/test-mutations.py --check
	Tools/cli-reference.py --check $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data
	git ls-files -z '*.swift' | xargs -0 $(SWIFT) format lint --strict --parallel
	Tools/check-symbols.sh $(PROGRAMS)

# Writes docs/CLI.md from the declarations of options and settings.
cli-reference: build
	Tools/cli-reference.py $(PROGRAMS)/fasttrain $(PROGRAMS)/fasttrain-data

# Counts the instructions that training executes in each kernel, under valgrind, and compares them with the committed
# counts. Takes half a minute. make instructions ARGS=--update commits to the new counts.
instructions: build
	Benchmarks/instructions/count.py $(PROGRAMS) --swift $(SWIFT) $(ARGS)

format:
	git ls-files -z '*.swift' | xargs -0 $(SWIFT) format --in-place --parallel

# Times the kernels, the all-reduce and a training step with ordo-one/benchmark, in a package of its own. Takes a minute
# once it is built. make bench ARGS="--filter 'forward.*'". Its plugin chooses release mode; with `-c release` here,
# SwiftPM would rebuild its own tools at every call.
bench: setup
	cd Benchmarks && $(SWIFT) package --disable-sandbox benchmark --grouping metric \
		$$(test -t 2 || echo --no-progress) $(ARGS)

# Compares fasttrain with JAX, Keras, PyTorch and scikit-learn in one run, and writes Benchmarks/RESULTS.md and its
# chart. Takes twenty minutes once they are installed. make bench-peers DATA=mnist.safetensors THREADS="2 1"
# ARGS="--rounds 3"
bench-peers: build
	DATA="$(DATA)" Benchmarks/peers/run.sh $(THREADS:%=--threads %) $(ARGS)

# Compares scores and times with scikit-learn on six of its data sets, over ten seeds, and writes
# Benchmarks/COMPARISON.md. Takes a minute once it is installed.
compare-scikit-learn: build
	[ -x .build-python/bin/python ] || python3 -m venv .build-python
	.build-python/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/Python/requirements-tables.txt
	.build-python/bin/python Benchmarks/compare-scikit-learn.py --fasttrain $(PROGRAMS)/fasttrain \
		--converter $(PROGRAMS)/fasttrain-data $(ARGS)

# Trains to 98% on the test rows of MNIST over ten seeds; the whole process takes less than a second on two cores.
speedrun: build
	data=$$(DATA="$(DATA)" Benchmarks/mnist.sh) && \
		Benchmarks/speedrun.py --fasttrain $(PROGRAMS)/fasttrain --data "$$data" \
		$(if $(THREADS),--threads $(THREADS)) $(ARGS)

# Everything that the other targets build; results in Examples too.
clean:
	rm -rf .build .build-* Examples/*/out Benchmarks/.build
