"""Send signals in every phase of a run: loading, training, validation, saving, reporting."""

import signal

from harness import Bench, expect, leftovers

SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "XCPU": signal.SIGXCPU}


def signals(bench: Bench) -> str:
    """Send a signal before each call on a file, the data set included. The run must end with the signal's code, or with
    0 if nothing was left to do, and resume to the same result. A second signal must end it at once without damage."""

    def run_of(faults: dict[str, object]):
        run = bench.new_folder()
        return run, bench.call(*bench.start(run), faults=faults, at=bench.folder)

    def send(number: int, name: str) -> str:
        run, done = run_of({"at": number, "do": name})
        what = f"SIG{name} before call {number}"
        code = SIGNALS["INT" if name == "INTINT" else name]
        # Killed by the signal itself: there was nothing to save yet, or it was the second signal.
        expect(done.returncode in (0, 128 + code, -code), f"{what}: it ended with {done.returncode}: {done.stderr}")
        expect(not leftovers(run), f"{what}: left over: {leftovers(run)}")
        if done.returncode == 128 + code:
            expect("resume" in done.stderr + done.stdout, f"{what}: it does not say how to go on: {done.stderr}")
        bench.go_on(run, what)
        return "done" if done.returncode == 0 else "saved" if done.returncode > 0 else "at once"

    trace = bench.folder / "trace-signals"
    expect(run_of({"trace": trace})[1].returncode == 0, "the traced run")
    total = sum(not line.startswith("out\t") for line in trace.read_text().splitlines())
    names = [*SIGNALS]
    cases = [(number, name) for number in range(1, total + 1) for name in (names[number % 4], "INTINT")]
    counts = bench.each(cases, send)
    return (
        f"{counts.total()} signals: {counts['saved']} saved and said so, {counts['at once']} ended at once, "
        f"{counts['done']} came when all was done"
    )
