"""The same recipe gives the same model on any number of threads and any instruction set."""

import subprocess

from harness import Bench, expect, tensors

THREADS = range(1, 65)
SHARDS = (1, 2, 3, 8)
# Widths that are no multiple of a vector, dropout, minibatch statistics, averaged parameters, and held-out rows.
RECIPE = ["--hidden", "37,19", "--dropout", "0.2", "--normalization", "batch", "--ema", "0.9", "--batch-size", "32",
          "--epochs", "2", "--learning-rate", "0.01"]


def same(bench: Bench) -> str:
    """Return the tensors and the history of the last checkpoint, and the model."""
    sets = bench.instruction_sets()
    found: dict[tuple[str, int, int], object] = {}

    def train(name: str, threads: int, shards: int) -> None:
        run = bench.new_folder()
        command, environment = bench.command(
            "train", "--data", bench.data, *RECIPE, "--shards", shards, "--threads", threads, "--output", run)
        environment["FASTTRAIN_ISA"] = name
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        what = f"{threads} threads, {name}, {shards} shards"
        expect(done.returncode == 0, f"{what}: {done.stderr}")
        checkpoint = max((run / "checkpoints").iterdir())
        found[name, threads, shards] = (tensors(checkpoint), (run / "model.safetensors").read_bytes())
        bench.remove(run)

    bench.each(((name, threads, shards) for shards in SHARDS for name in sets for threads in THREADS), train)
    for (name, threads, shards), outcome in found.items():
        first = found[sets[0], 1, shards]
        expect(outcome == first, f"{threads} threads, {name}, {shards} shards: other bits than 1 thread, {sets[0]}")
    expect(len({model for _, model in found.values()}) == len(SHARDS), "other numbers of shards come to the same bits")
    return f"{len(found)} runs: 1 to 64 threads, {len(SHARDS)} numbers of shards, {', '.join(sets)}"
