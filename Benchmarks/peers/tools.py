"""List the programs to compare, and how each is asked for a measurement."""

import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PREPARATION_SECONDS = 300  # time limit for importing, compiling and warming up


@dataclass(frozen=True)
class Tool:
    name: str  # on the command line
    title: str  # in the table and the chart
    precision: str = "fp32"
    peer: str = ""  # argument of worker.py; empty for fasttrain
    options: tuple[str, ...] = ()  # for `fasttrain benchmark`

    @property
    def full_title(self) -> str:
        """Return the title for tables of both precisions."""
        return self.title if self.precision == "fp32" else f"{self.title} {self.precision}"


TOOLS = (
    Tool("fasttrain", "fasttrain"),
    Tool("jax", "JAX", peer="jax"),
    Tool("keras", "Keras", peer="keras"),
    Tool("torch", "PyTorch", peer="torch:eager"),
    Tool("torch-compile", "PyTorch compiled", peer="torch:compile"),
    Tool("sklearn", "scikit-learn", peer="sklearn"),
    Tool("fasttrain-bf16", "fasttrain", "bf16", options=("--precision", "bf16")),
    Tool("jax-bf16", "JAX", "bf16", peer="jax:bf16"),
    Tool("torch-bf16", "PyTorch", "bf16", peer="torch:bf16"),
    Tool("torch-compile-bf16", "PyTorch compiled", "bf16", peer="torch:compile-bf16"),
)


class Failure(Exception):
    """Raised with the reason in one line if there is no measurement."""


class Fasttrain:
    """Runs `fasttrain benchmark`, one process per measurement, which also measures the peak of the machine."""

    def __init__(self, tool: Tool, program: str, data: str, threads: int):
        self.command = [program, "benchmark", "--json", "--data", data, "--threads", str(threads), *tool.options]
        self.threads = threads

    def measure(self, workload: str, seconds: float) -> dict:
        command = [*self.command, "--workload", workload, "--seconds", str(seconds)]
        try:
            done = subprocess.run(
                command,
                preexec_fn=lambda: os.sched_setaffinity(0, chosen_cpus(self.threads)),
                capture_output=True,
                text=True,
                timeout=PREPARATION_SECONDS + 20 * seconds,
            )
            if done.returncode != 0:
                raise Failure(last_line(done.stderr) or f"exit code {done.returncode}")
            return json.loads(done.stdout.splitlines()[-1])
        except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
            raise Failure(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        pass


class Worker:
    """A peer in a process that lives for all rounds of one number of threads, and sleeps while others measure."""

    def __init__(self, tool: Tool, log: Path, data: str, threads: int, environment: dict[str, str] | None = None):
        self.command = [sys.executable, str(HERE / "worker.py"), tool.peer, "--data", data, "--threads", str(threads)]
        self.log = log
        self.threads = threads
        self.environment = thread_environment(threads) | (environment or {})
        self.process = None

    def measure(self, workload: str, seconds: float) -> dict:
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(json.dumps({"workload": workload, "seconds": seconds}) + "\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], PREPARATION_SECONDS + 20 * seconds)
            line = self.process.stdout.readline() if ready else None
        except OSError:
            line = ""
        if not line:
            raise Failure(self.bury(timed_out=line is None))
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(answer["error"])
        return answer

    def start(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command,
                env=os.environ | self.environment,
                preexec_fn=lambda: os.sched_setaffinity(0, chosen_cpus(self.threads)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def bury(self, timed_out: bool) -> str:
        """End a process that died or hangs, so that the next measurement starts a new one. Returns how it ended."""
        if timed_out:
            self.process.kill()
        code = self.process.wait()
        self.process = None
        if timed_out:
            return "no answer in time"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{how}: {last_line(self.log.read_text(errors='replace')) or 'nothing printed'}"

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def last_line(text: str) -> str:
    return ([line.strip() for line in text.splitlines() if line.strip()] or [""])[-1][:200]


def thread_environment(threads: int) -> dict[str, str]:
    """Set the thread count: each library reads its own variable, and XLA sizes JAX's pool by NPROC."""
    count = str(threads)
    several = str(threads > 1).lower()
    return {
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "NPROC": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={several} intra_op_parallelism_threads={count}",
        "JAX_PLATFORMS": "cpu",
        "TORCHINDUCTOR_COMPILE_THREADS": "1",  # compiles in the worker itself, so that no processes remain
    }


def chosen_cpus(threads: int) -> set[int]:
    """Choose CPUs to pin to: different cores first, second hardware threads only when the cores run out."""

    def place_in_core(cpu: int) -> int:
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            first = siblings.read_text().replace("-", ",").split(",")[0]
        except OSError:
            return 0
        return int(cpu != int(first))

    usable = sorted(os.sched_getaffinity(0), key=lambda cpu: (place_in_core(cpu), cpu))
    return set(usable[:threads])
