#!/usr/bin/env python3
"""Inject faults one after another, and check that nothing is lost.

    Tests/Faults/run.py FASTTRAIN FASTTRAIN_DATA [--only NAME,…] [--kills N] [--losses N] [--seed N]

The programs are the real ones, without test switches: shim.c sits between them and libc. Prints one line per kind of
fault with its counts, and exits with 1 at the first broken promise.
"""

import argparse
import sys
import time

import address_space
import bits
import calls
import cgroups
import damage
import downloads
import hostile_settings
import hostile_tables
import hostile_tensors
import inputs
import kills
import large
import modes
import neighbours
import outputs
import power
import signals
import streams
import surroundings
from events import EventBench, LateEventBench, clock_set_back
from harness import Bench, Failed, give_children_default_signals, progress
from searches import SearchBench


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("fasttrain")
    parser.add_argument("converter")
    parser.add_argument("--only", default="")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--losses", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    give_children_default_signals()

    def on(kind: type[Bench], test):
        """Run the same test on something other than a training run, on a bench of its own."""

        def tested(_: Bench) -> str:
            bench = kind(options.fasttrain, options.converter, options.seed)
            try:
                told = test(bench)
            except Failed:
                progress(f"the folders are in {bench.folder}")
                raise
            bench.close()
            return told

        return tested

    tests = {
        "synchronized": calls.synchronized,
        "stops": calls.stops,
        "stops-in-recovery": calls.stops_in_recovery,
        "failures": calls.failures,
        "failures-in-recovery": calls.failures_in_recovery,
        "interruptions": calls.interruptions,
        "full-disks": calls.full_disks,
        "power": lambda bench: power.losses(bench, options.losses),
        "kills": lambda bench: kills.kills(bench, options.kills),
        "owners": kills.owners,
        "outputs": outputs.outputs,
        "search-stops": on(SearchBench, calls.stops),
        "search-stops-in-recovery": on(SearchBench, calls.stops_in_recovery),
        "search-failures": on(SearchBench, calls.failures),
        "search-failures-in-recovery": on(SearchBench, calls.failures_in_recovery),
        "search-interruptions": on(SearchBench, calls.interruptions),
        "search-full-disks": on(SearchBench, calls.full_disks),
        "search-power": on(SearchBench, lambda bench: power.losses(bench, options.losses)),
        "search-kills": on(SearchBench, lambda bench: kills.kills(bench, options.kills)),
        "events-stops": on(EventBench, calls.stops),
        "events-stops-in-recovery": on(EventBench, calls.stops_in_recovery),
        "late-events-stops-in-recovery": on(LateEventBench, calls.stops_in_recovery),
        "events-failures": on(EventBench, calls.failures),
        "events-failures-in-recovery": on(EventBench, calls.failures_in_recovery),
        "events-power": on(EventBench, lambda bench: power.losses(bench, options.losses)),
        "bits": bits.same,
        "damage": damage.newest,
        "data": damage.data,
        "moved": neighbours.moved,
        "writers": neighbours.writers,
        "inputs": inputs.inputs,
        "own-files": inputs.own_files,
        "untold": neighbours.untold,
        "search-untold": on(SearchBench, neighbours.untold),
        "removed-checkpoints": neighbours.removed_checkpoints,
        "other-data": neighbours.other_data,
        "downloads": downloads.downloads,
        "other-winners": on(SearchBench, neighbours.other_winners),
        "sessions-without-events": on(EventBench, neighbours.sessions_without_events),
        "readers": neighbours.readers,
        "process-1": neighbours.process_one,
        "hostile-tensors": hostile_tensors.tensors,
        "hostile-tables": hostile_tables.tables_and_images,
        "hostile-settings": hostile_settings.settings,
        "signals": signals.signals,
        "ignored-signals": signals.ignored,
        "search-signals": on(SearchBench, signals.signals),
        "limits": surroundings.limits,
        "address-space": address_space.address_space,
        "names": surroundings.names,
        "modes": modes.modes,
        "links": modes.links,
        "surroundings": surroundings.surroundings,
        "full-pipes": streams.full_pipes,
        "clock": on(EventBench, clock_set_back),
        "control-groups": cgroups.control_groups,
        "sizes": surroundings.sizes,
        "memory": surroundings.memory,
        "sizes-large": large.parameters,
    }

    def mutations(bench: Bench) -> str:
        """Check that each test fails if the program skips the call that the test is about."""
        broken = {
            "fsync": ["synchronized", "power"],
            "fsync-folder": ["synchronized", "power"],
            "flock": ["owners"],
            "unlink": ["failures"],
            "sigbus": ["data"],
        }
        for call, names in broken.items():
            for name in names:
                bench.skip = call
                try:
                    tests[name](bench)
                except (Failed, StopIteration):
                    continue
                finally:
                    bench.skip = None
                raise Failed(f"without {call} the test {name} passed all the same")
        return "without fsync, fsync of the folder, flock, unlink and a handler of SIGBUS the tests fail, as they should"

    tests["mutations"] = mutations
    # Tests that need a sparse 20 GB file, or 6 GB of disk, run only on request.
    asked_for = ("memory", "sizes-large")
    chosen = options.only.split(",") if options.only else [name for name in tests if name not in asked_for]
    bench = Bench(options.fasttrain, options.converter, options.seed)
    failed = 0
    for name in chosen:
        begin = time.monotonic()
        try:
            print(f"{name:22} {tests[name](bench)}  ({time.monotonic() - begin:.0f} s)", flush=True)
        except Failed as failure:
            failed += 1
            print(f"{name:22} FAILED: {failure}", flush=True)
    if failed:
        progress(f"the folders are in {bench.folder}")
        return 1
    bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
