"""Stop a run, or make a call fail, at every single file operation: one run for each operation."""

from pathlib import Path

from harness import KILLED, Bench, Call, expect, leftovers

ERRORS = {
    "open": ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "EACCES"],
    "create": ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "EACCES"],
    "write": ["EIO", "ENOSPC", "EDQUOT"],
    "fsync": ["EIO", "ENOSPC", "EDQUOT"],
    "rename": ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES"],
    "close": ["EIO", "ENOSPC", "EDQUOT"],
    "mkdir": ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES"],
    "unlink": ["EIO", "EROFS", "EACCES"],
    "flock": ["EIO"],
    "mmap": ["EIO", "EMFILE", "EACCES"],
}
INTERRUPTED = ("open", "create", "flock", "write", "fsync")
ANSWERS = (66, 73, 74)  # no such input, cannot create, input/output error


def numbered(calls: list[Call]) -> list[tuple[int, Call]]:
    """Return the calls, each with the number by which the shim counts it."""
    return list(enumerate((call for call in calls if call.name != "out"), 1))


def moments(calls: list[Call]) -> list[tuple[int, Call, str]]:
    """List the moments around a call at which a process may be killed."""
    return [
        (number, call, moment)
        for number, call in numbered(calls)
        for moment in ["before", "after"] + (["torn"] if call.name == "write" else [])
    ]


def errors(calls: list[Call]) -> list[tuple[int, Call, str]]:
    """List the ways in which a call may fail."""
    return [(number, call, error) for number, call in numbered(calls) for error in ERRORS[call.name]]


def stops(bench: Bench) -> str:
    """Send SIGKILL before and after every call of a run, and in the middle of every write."""

    def stop(number: int, call: Call, moment: str) -> None:
        run = bench.new_folder()
        what = f"killed {moment} call {number}, {call.name} {call.path}"
        done = bench.begin(run, at=number, do=moment)
        expect(done.returncode == KILLED, f"{what}: it ended with {done.returncode}")
        bench.go_on(run, what)

    return f"{bench.each(moments(bench.trace(bench.new_folder())), stop).total()} stops"


def stops_in_recovery(bench: Bench) -> str:
    """Do the same while a run resumes that was killed in the middle of a save, then resume it once more."""

    def stop(number: int, call: Call, moment: str) -> None:
        run = bench.torn()
        what = f"killed {moment} call {number} of a resumption, {call.name} {call.path}"
        done = bench.resume(run, at=number, do=moment)
        expect(done.returncode == KILLED, f"{what}: it ended with {done.returncode}")
        bench.go_on(run, what)

    return f"{bench.each(moments(bench.trace(bench.torn())), stop).total()} stops"


def failures(bench: Bench) -> str:
    """Make every call fail in every way it can. The program must end with the right code and one line, leave the
    earlier checkpoints and nothing else behind, and be resumable. If the failure is harmless, it must continue."""

    def fail(number: int, call: Call, error: str) -> str:
        run = bench.new_folder()
        what = f"call {number}, {call.name} {call.path}, fails with {error}"
        return judge(bench, run, call, error, [], bench.begin(run, at=number, do=error), what)

    return told(bench.each(errors(bench.trace(bench.new_folder())), fail))


def failures_in_recovery(bench: Bench) -> str:
    """Do the same in a run that resumes after it was killed in the middle of a save."""

    def fail(number: int, call: Call, error: str) -> str:
        run = bench.torn()
        what = f"call {number} of a resumption, {call.name} {call.path}, fails with {error}"
        return judge(bench, run, call, error, leftovers(run), bench.resume(run, at=number, do=error), what)

    return told(bench.each(errors(bench.trace(bench.torn())), fail))


def told(counts) -> str:
    return f"{counts['refused']} failures refused, {counts['went on']} did not matter"


def judge(bench: Bench, run, call: Call, error: str, left: list[str], done, what: str) -> str:
    """Check the effect of a failure. `left` lists the files that an earlier killed process left behind."""
    if done.returncode == 0:
        expect_harmless(call, error, what)
        # A file that could not be removed still exists.
        bench.expect_same(run, what, left if call.name == "unlink" or is_leftover(call) else [])
        return "went on"
    expect_refusal(run, done, what, call, left)
    bench.go_on(run, what)
    return "refused"


def expect_harmless(call: Call, error: str, what: str) -> None:
    """Return normally if the failure is harmless. A file is closed only after it was synchronized. Writing the note of
    who holds the folder may fail, as may removing a file that is no longer needed, and taking the lock that protects a
    file from such removal. A folder that cannot be read cannot be synchronized. An earlier checkpoint replaces one that
    cannot be read."""
    expect(
        call.name in ("close", "unlink")
        or (call.name == "write" and call.path.endswith("lock"))
        or is_leftover(call)
        or is_reading(call)
        or (call.name == "open" and error == "EACCES" and not Path(call.path).suffix),
        f"{what}: it went on as if nothing had happened",
    )


def is_leftover(call: Call) -> bool:
    """Return whether the call opens or locks a temporary file: one left by a killed process, to see whether its owner
    is alive, or one that is being written."""
    return call.name in ("open", "flock") and call.path.endswith(".partial")


def is_reading(call: Call | None) -> bool:
    """Return whether the call reads a checkpoint."""
    return call is not None and call.name in ("open", "mmap") and "/checkpoints/step-" in call.path


def expect_refusal(run, done, what: str, call: Call | None = None, left: list[str] = []) -> None:
    answers = ANSWERS + (65,) * is_reading(call)  # a damaged file if no other checkpoint exists
    expect(done.returncode in answers, f"{what}: it ended with {done.returncode}: {done.stderr}")
    lines = [line for line in done.stderr.splitlines() if line.startswith("fasttrain: error: ")]
    expect(len(lines) == 1, f"{what}: expected one line that says why, found {lines}")
    if run.exists():
        expect(set(leftovers(run)) <= set(left), f"{what}: left over: {leftovers(run)}")


def interruptions(bench: Bench) -> str:
    """Interrupt calls with a signal, or let writes write less than asked. Neither is a failure."""

    def interrupt(number: int, call: Call, kind: str) -> None:
        run = bench.new_folder()
        done = bench.begin(run, at=number, do=kind)
        what = f"call {number}, {call.name} {call.path}: {kind}"
        expect(done.returncode == 0, f"{what}: it ended with {done.returncode}: {done.stderr}")
        bench.expect_same(run, what)

    cases = [
        (number, call, kind)
        for number, call in numbered(bench.trace(bench.new_folder()))
        for kind in (["EINTR"] if call.name in INTERRUPTED else []) + (["short"] if call.name == "write" else [])
    ]
    return f"{bench.each(cases, interrupt).total()} interruptions"


def full_disks(bench: Bench) -> str:
    """Fill the disk at every 4 KiB that a run writes."""
    total = sum(call.result for call in bench.trace(bench.new_folder()) if call.name == "write")
    sizes = range(0, total, 4096)
    for size in sizes:
        run = bench.new_folder()
        what = f"the disk is full after {size} bytes"
        done = bench.begin(run, full=size)
        expect(done.returncode in (73, 74), f"{what}: it ended with {done.returncode}: {done.stderr}")
        expect_refusal(run, done, what)
        bench.go_on(run, what)
    return f"{len(sizes)} full disks"


def synchronized(bench: Bench) -> str:
    """Check that each file is made durable in the right order: write, fsync, rename, fsync of the folder, all before
    anything else begins. A failed fsync must not be retried."""
    count = 0
    calls = [call for call in bench.trace(bench.new_folder()) if call.name != "out"]
    for place, call in enumerate(calls):
        if call.name != "create" or not call.path.endswith(".partial"):
            continue
        rest = iter(calls[place + 1 :])
        following = next(rest)
        while following.name in ("flock", "write"):
            following = next(rest)
        sequence = [following] + [next(rest) for _ in range(4)]
        folder = call.path.rsplit("/", 1)[0]
        found = [(step.name, step.path) for step in sequence]
        wanted = [("fsync", call.path), ("close", call.path), ("rename", call.path), ("open", folder), ("fsync", folder)]
        expect(found == wanted, f"{sequence[2].other}: expected {wanted}, found {found}")
        count += 1
    for number, call in numbered(calls):
        if call.name == "fsync":
            run = bench.new_folder()
            path = bench.folder / f"fsync-{number}"
            bench.begin(run, at=number, do="EIO", trace=path)
            later = [entry.split("\t")[:2] for entry in path.read_text().splitlines()]
            failed = [index for index, entry in enumerate(later) if entry[0] == "fsync"]
            first = next(index for index in failed if path.read_text().splitlines()[index].split("\t")[5] != "0")
            again = [entry for entry in later[first + 1 :] if entry[0] in ("fsync", "rename")]
            expect(not again, f"after fsync of {call.path} failed: {again}")
    return f"{count} files written in order"
