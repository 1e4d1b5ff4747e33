"""The same recipe gives the same model on any number of threads and any instruction set."""

import subprocess

from harness import Bench, expect, tensors

SHARDS = (1, 2, 3, 8)
# Widths that are no multiple of a vector, dropout, minibatch statistics, averaged parameters, and held-out rows.
RECIPE = ["--hidden", "37,19", "--dropout", "0.2", "--normalization", "batch", "--ema", "0.9", "--batch-size", "32",
          "--epochs", "2", "--learning-rate", "0.01"]
# Each precision and order of products, with its numbers of threads.
PRODUCTS = {
    "f32": ([], range(1, 65)),
    "bf16 by pairs": (["--precision", "bf16", "--accumulation", "pairs"], (1, 2, 3, 8, 16, 64)),
    "bf16 by tiles": (["--precision", "bf16", "--accumulation", "tiles"], (1, 2, 3, 8, 16, 64)),
}


def same(bench: Bench) -> str:
    """Return the tensors and the history of the last checkpoint, and the model."""
    sets = bench.instruction_sets()
    found: dict[tuple[str, str, int, int], object] = {}

    def train(products: str, name: str, threads: int, shards: int) -> None:
        run = bench.new_folder()
        command, environment = bench.command(
            "train", "--data", bench.data, *RECIPE, *PRODUCTS[products][0], "--shards", shards, "--threads", threads,
            "--output", run)
        environment["FASTTRAIN_ISA"] = name
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        what = f"{products}, {threads} threads, {name}, {shards} shards"
        expect(done.returncode == 0, f"{what}: {done.stderr}")
        checkpoint = max((run / "checkpoints").iterdir())
        found[products, name, threads, shards] = (tensors(checkpoint), (run / "model.safetensors").read_bytes())
        bench.remove(run)

    runs = ((products, name, threads, shards) for products, (_, numbers) in PRODUCTS.items() for shards in SHARDS
            for name in sets for threads in numbers)
    bench.each(runs, train)
    for (products, name, threads, shards), outcome in found.items():
        first = found[products, sets[0], 1, shards]
        expect(outcome == first,
               f"{products}, {threads} threads, {name}, {shards} shards: other bits than 1 thread, {sets[0]}")
    models = len(PRODUCTS) * len(SHARDS)
    expect(len({model for _, model in found.values()}) == models, "other recipes come to the same bits")
    return f"{len(found)} runs: 1 to 64 threads, {len(SHARDS)} numbers of shards, {len(PRODUCTS)} kinds of products, " \
        f"{', '.join(sets)}"
