"""Disturb all other commands that write files: conversions, predictions, pictures, reports, curves."""

import random
import shutil
import struct
from pathlib import Path

from calls import ANSWERS, errors, expect_harmless, is_reading, moments, numbered
from harness import KILLED, Bench, Call, expect, leftovers, read_trace
from power import Disk
from signals import SIGNALS

OLD = b"what was there before\n"
POWER_LOSSES = 30  # per command
CONVERSIONS = ("csv", "series", "idx")

# Each output file and the command that writes it, in a folder that contains all its inputs.
COMMANDS = {
    "new.safetensors": [
        "csv table.csv --target answer -o new.safetensors",
        "series table.csv --column a --columns a,b -o new.safetensors",
        "idx --train-images images --train-labels labels -o new.safetensors",
    ],
    "new.csv": ["predict run --data table.csv --threads 1 -o new.csv"],
    "new.png": ["boundary run --threads 1 -o new.png"],
    "new.json": ["find-rate --data data.safetensors --hidden 8 --threads 1 -o new.json"],
    "new.svg": ["find-rate --data data.safetensors --hidden 8 --threads 1 -o new.svg"],
    "run/report.html": ["report run --threads 1"],
}


class Output:
    """A command and its output file."""

    def __init__(self, bench: Bench, command: str, name: str):
        self.bench = bench
        self.command = command.split()
        self.name = name
        self.trace = bench.new_folder().parent / "trace"
        at = self.prepared()
        done = self.run(at, trace=self.trace)
        expect(done.returncode == 0, f"{command}: {done.stderr}")
        self.new = (at / name).read_bytes()
        expect(self.new != OLD, f"{command}: nothing was written")
        shutil.rmtree(at)

    def prepared(self) -> Path:
        """Create a folder with all inputs, and an earlier version of the output."""
        at = self.bench.new_folder().parent
        shutil.copytree(self.bench.reference, at / "run")
        shutil.copy(self.bench.data, at)
        shutil.copy(self.bench.folder / "table.csv", at)
        count = 30
        (at / "images").write_bytes(struct.pack(">4i", 0x803, count, 2, 2) + bytes(i * 37 % 256 for i in range(4 * count)))
        (at / "labels").write_bytes(struct.pack(">2i", 0x801, count) + bytes(i % 3 for i in range(count)))
        (at / self.name).write_bytes(OLD)
        return at

    def run(self, folder: Path, **faults: object):
        program = self.bench.converter if self.command[0] in CONVERSIONS else None
        return self.bench.call(*self.command, faults=faults, at=folder, program=program, cwd=folder)

    def check(self, number: int, call: Call, event: str) -> str:
        """Check the outcome of a stop or a failure at a call."""
        what = f"{self.command[0]}: call {number}, {call.name} {call.path}: {event}"
        at = self.prepared()
        done = self.run(at, at=number, do=event)
        found = (at / self.name).read_bytes()
        # A report made from an older checkpoint differs.
        is_older = is_reading(call) and "checkpoint skipped" in done.stderr
        expect(found in (OLD, self.new) or is_older, f"{what}: {self.name} is neither as before nor as it was to be")
        is_stop = event in ("before", "after", "torn")
        if is_stop:
            expect(done.returncode == KILLED, f"{what}: it ended with {done.returncode}")
        elif event.rstrip("+") in SIGNALS:
            # Killed by the signal, or ended with its exit code; or 0 if nothing was left to do.
            code = SIGNALS[event.rstrip("+")]
            expect(done.returncode in (0, -code, 128 + code), f"{what}: it ended with {done.returncode}: {done.stderr}")
            expect(found == self.new or done.returncode != 0, f"{what}: it went on, and {self.name} is as before")
            expect(not leftovers(at), f"{what}: left over: {leftovers(at)}")
        elif done.returncode == 0:
            expect_harmless(call, event, what)
            expect(found != OLD, f"{what}: it went on, and {self.name} is as before")
        else:
            lines = [line for line in done.stderr.splitlines() if ": error: " in line]
            expect(done.returncode in ANSWERS, f"{what}: it ended with {done.returncode}: {done.stderr}")
            expect(len(lines) == 1, f"{what}: expected one line that says why, found {done.stderr}")
            expect(call.name == "unlink" or not leftovers(at), f"{what}: left over: {leftovers(at)}")
        shutil.rmtree(at)
        return "stops" if is_stop else "signals" if event.rstrip("+") in SIGNALS else "failures"


    def lose(self, number: int) -> str:
        """Fail the power at some call, or after the last one."""
        chance = random.Random(f"{self.bench.seed} {self.command[0]} {number}")
        at = self.prepared()
        disk = Disk(at, chance)
        disk.hold(at)
        trace = self.bench.new_folder().parent / "trace"
        done = self.run(at, trace=trace)
        expect(done.returncode == 0, f"{self.command}: {done.stderr}")
        calls = [call for call in read_trace(trace) if call.name != "out"]
        end = chance.choice([len(calls), chance.randrange(len(calls))])
        for call in calls[:end]:
            disk.add(call)
        target = self.bench.new_folder().parent
        disk.write_to(target)
        found = (target / self.name).read_bytes()
        what = f"{self.command[0]}: power loss {number}, at {end} of {len(calls)} calls"
        expect(found == self.new or end < len(calls) and found == OLD, f"{what}: {self.name} is not what it should be")
        for folder in (at, trace.parent, target):
            shutil.rmtree(folder)
        return "losses"


def outputs(bench: Bench) -> str:
    """Make each call of a command fail in every way it can, stop the process before or after it, send a signal, or fail
    the power. The output file must hold its old contents or its complete new ones."""
    told = []
    for name, commands in COMMANDS.items():
        for command in commands:
            output = Output(bench, command, name)
            calls = read_trace(output.trace)
            signals = [(number, call, name) for number, call in numbered(calls) for name in SIGNALS]
            signals += [(number, call, "INT+") for number, call in numbered(calls) if call.name == "create"]
            counts = bench.each(moments(calls) + errors(calls) + signals, output.check)
            counts += bench.each([(number,) for number in range(POWER_LOSSES)], output.lose)
            told.append(f"{output.command[0]} " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return "; ".join(told)
