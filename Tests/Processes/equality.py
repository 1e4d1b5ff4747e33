"""Runs in several processes against runs in one."""

from bench import LONG, Bench, error_lines, expect_same
from harness import expect


def same(bench: Bench) -> str:
    """Random recipes give the same files in one process and in several."""
    count = diverged = 0
    alone, single = bench.path("alone"), bench.path("single")
    bench.run(1, "train", *LONG, "--epochs", 1, "--output", alone)
    done = bench.run(1, "train", *LONG, "--epochs", 1, "--output", single, "--mpi")
    expect(done.returncode == 0, f"a single process with --mpi: {done.stderr}")
    expect_same(alone, single, "a single process with --mpi")
    for index in range(bench.recipes):
        data, recipe = bench.draw()
        shards = bench.random.choice([1, 2, 3, 4, 7])
        recipe += ["--shards", str(shards)]
        alone = bench.path("alone")
        environment = {"FASTTRAIN_ISA": "avx2"} if "bf16" in recipe else {}
        first = bench.run(1, "train", "--data", data, *recipe, "--threads", 1, "--output", alone, **environment)
        expect(first.returncode in (0, 76), f"{recipe} alone: {first.stderr}")
        for _ in range(2):
            processes, threads = bench.random.randrange(2, 6), bench.random.choice([1, 1, 2])
            together = bench.path("together")
            done = bench.run(
                processes, "train", "--data", data, *recipe, "--threads", threads, "--output", together, **environment)
            what = f"recipe {index}, {processes} processes of {threads} threads: train {' '.join(recipe)}"
            expect(done.returncode == first.returncode, f"{what}: ended with {done.returncode}: {done.stderr}")
            expect_same(alone, together, what)
            if first.returncode == 76:
                lines = error_lines(done.stderr)
                expect(len(lines) == 1, f"{what}: expected one line, found {lines}")
                expected = error_lines(first.stderr)[0].removeprefix("fasttrain: error: ").replace("/alone", "/together")
                expect(lines[0].endswith(expected), f"{what}: expected {expected!r}, found {lines[0]!r}")
                diverged += 1
            count += 1
    return f"{count} runs of {bench.recipes} random recipes in 2 to 5 processes, {diverged} of them diverge"


def table(bench: Bench) -> str:
    """Every number of processes, threads and shards: the number of shards alone decides about the bits."""
    count = 0
    for shards in (2, 4, 7):
        options = ["train", *LONG, "--shards", shards, "--optimizer", "adam", "--validation", 0.1, "--epochs", 2]
        alone = bench.path(f"alone-{shards}")
        bench.run(1, *options, "--output", alone)
        for processes in range(1, 6):
            for threads in (1, 2):
                together = bench.path("together")
                done = bench.run(processes, *options, "--threads", threads, "--output", together)
                what = f"{processes} processes of {threads} threads, {shards} shards"
                expect(done.returncode == 0, f"{what}: {done.stderr}")
                expect_same(alone, together, what)
                count += 1
    models = {(bench.folder / f"alone-{shards}/model.safetensors").read_bytes() for shards in (2, 4, 7)}
    expect(len(models) == 3, "runs with other numbers of shards have the same model")
    return f"{count} runs, 3 models"
