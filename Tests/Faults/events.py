"""Disturb a run that writes TensorBoard event files in the same ways as other runs."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path

from harness import KILLED, Bench, expect


class EventBench(Bench):
    """Check, beyond the result of the run, that the events in its folder always form complete curves."""

    def start(self, run: Path) -> list[object]:
        return [*super().start(run), "--tensorboard", f"{run.parent}/events/"]

    def resume(self, run: Path, **faults: object):
        return self.call(
            "resume", run, *self.RESUME, "--tensorboard", f"{run.parent}/events/", faults=faults or None, at=run.parent)

    def contents(self, run: Path) -> dict[str, object]:
        curves = {f"events/{name}": curve(run.parent / "events" / name) for name in ("training", "validation")}
        return super().contents(run) | curves

    def expect_kept(self, run: Path, reported: list[str], what: str) -> None:
        """Check that the events of all epochs up to the checkpoint exist before a resumed run can rewrite them."""
        super().expect_kept(run, reported, what)
        saved = int(reported[-1][5:15]) if reported else 0
        due = [record["epoch"] for record in self.expected["history.jsonl"] if record["step"] <= saved]
        for name in ("training", "validation"):
            found = [epoch for epoch, _ in curve(run.parent / "events" / name)]
            expect(found[: len(due)] == due, f"{what}: saved after epochs {due}, of {name} there are the events of {found}")


class LateEventBench(EventBench):
    """Request events only when a killed run resumes; they must then include all earlier epochs."""

    TORN_WRITE = 80  # in the checkpoint after the third epoch

    def torn(self) -> Path:
        run = self.new_folder()
        done = self.call(
            *Bench.start(self, run), faults={"at": self.TORN_WRITE, "calls": "write", "do": "torn"}, at=run.parent)
        expect(done.returncode == KILLED, "it was to be killed in the middle of a save")
        return run


def clock_set_back(bench: EventBench) -> str:
    """Set the clock back, between readings and between sessions, even to before 1970."""
    steps = (1, 3600, 10**9, 10**12)
    for step in steps:
        run = bench.new_folder()
        done = bench.begin(run, clock=step)
        expect(done.returncode == 0, f"a clock that goes back {step} s: {done.stderr}")
        bench.expect_same(run, f"a clock that goes back {step} s")
        (file,) = (run.parent / "events/training").iterdir()
        said = [dict(fields(record))[1] for record in records(file.read_bytes())]
        expect(said == sorted(said, reverse=True) and said[0] < time.time() - step, "the clock did not go back")

        run = bench.torn()
        for call in (10, 30):
            done = bench.resume(run, clock=step, at=call, calls="write", do="before")
            expect(done.returncode == KILLED, "it was to be killed when it went on")
        done = bench.resume(run, clock=step)
        expect(done.returncode == 0, f"going on, a clock that goes back {step} s: {done.stderr}")
        bench.expect_same(run, f"going on, a clock that goes back {step} s")
    return f"{2 * len(steps)} runs whose clock goes back"


def curve(folder: Path) -> list[tuple[int, float]]:
    """Return epochs and losses as TensorBoard reads them: files in the order of their names, where a restart record
    discards everything of its step and later."""
    found: list[tuple[int, float]] = []
    for path in sorted(folder.glob("*tfevents*")):
        for record in records(path.read_bytes()):
            event = dict(fields(record))
            step = event.get(2, 0)
            if 7 in event:
                found = [(known, loss) for known, loss in found if known < step]
            if 5 in event:
                values = [dict(fields(value)) for _, value in fields(event[5])]
                found += [(step, value[2]) for value in values if value[1] == b"loss"]
    return found


def records(content: bytes) -> Iterator[bytes]:
    """Read TFRecords (length, checksum, content, checksum) up to the first incomplete one."""
    at = 0
    while at + 12 <= len(content):
        length, check = struct.unpack_from("<QI", content, at)
        if check != masked(content[at : at + 8]) or at + 16 + length > len(content):
            return
        record = content[at + 12 : at + 12 + length]
        if struct.unpack_from("<I", content, at + 12 + length) != (masked(record),):
            return
        yield record
        at += 16 + length


def masked(content: bytes) -> int:
    """Compute CRC-32C, rotated and shifted as TFRecord specifies."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


CRC32C = [remainder(byte) for byte in range(256)]


def fields(message: bytes) -> Iterator[tuple[int, object]]:
    """Decode a Protocol Buffers message into field numbers and values."""
    at = 0

    def number() -> int:
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = number()
        kind, name = tag & 7, tag >> 3
        if kind == 0:
            yield name, number()
        elif kind == 1:
            yield name, struct.unpack_from("<d", message, at)[0]
            at += 8
        elif kind == 5:
            yield name, struct.unpack_from("<f", message, at)[0]
            at += 4
        else:
            length = number()
            yield name, message[at : at + length]
            at += length
