"""Send signals in every phase of a run: loading, training, validation, saving, reporting."""

import signal
import subprocess

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


def ignored(bench: Bench) -> str:
    """Send signals that the program was started to ignore: under nohup a run must go on when its terminal has gone, in a
    shell's background job when Ctrl-C is pressed. Other signals must still stop it."""
    run = bench.new_folder()
    calls = sum(call.name != "out" for call in bench.trace(run))

    def send(name: str, number: int, ignoring: signal.Signals) -> None:
        run = bench.new_folder()
        command, environment = bench.command(*bench.start(run), faults={"at": number, "do": name}, at=run.parent)
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120,
            preexec_fn=lambda: signal.signal(ignoring, signal.SIG_IGN))
        what = f"SIG{name} before call {number}, {ignoring.name} ignored"
        if SIGNALS[name] == ignoring:
            expect(done.returncode == 0, f"{what}: it ended with {done.returncode}: {done.stderr}")
            bench.expect_same(run, what)
        else:
            code = SIGNALS[name]
            expect(done.returncode in (128 + code, -code), f"{what}: it ended with {done.returncode}: {done.stderr}")
            bench.go_on(run, what)

    numbers = range(1, calls, max(1, calls // 8))
    for ignoring in ("HUP", "INT"):
        for number in numbers:
            send(ignoring, number, SIGNALS[ignoring])
    send("TERM", calls // 2, signal.SIGHUP)
    send("INT", calls // 2, signal.SIGHUP)
    return f"{2 * len(numbers)} signals ignored, 2 that were not"
