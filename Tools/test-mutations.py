#!/usr/bin/env python3
"""Check that the tests notice when a promise of the sources is broken.

    Tools/test-mutations.py [--only NAME,…] [--swift SWIFT]
    Tools/test-mutations.py --check

Each mutation replaces one piece of a copy of the sources by another, or removes it; a test must fail then. The copy and
its builds are in .build-mutations. Prints one line for each mutation with the tests that failed, and exits with 1 if a
mutation went unnoticed, could not be built, or does not fit the sources. `--check` only verifies, within a second, that
every mutation fits: the text that it replaces occurs exactly once in its file, and the tests that it names exist.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".build-mutations" / "sources"
PROGRAMS = ["fasttrain", "fasttrain-data"]
# A debug build compiles what changed, file by file. Without optimization, tests that run the programs a hundred times take
# longer than a release build.
BUILD = ["-Xswiftc", "-O"]
# The programs are linked as their release builds are, since what they do without memory depends on it. The builds of the
# tests, which cannot be, are in the other folder.
STATIC_FOLDER = ".build-static"
STATIC = ["--static-swift-stdlib", "--scratch-path", STATIC_FOLDER]
# Seconds after which tests that run count as failed: a mutation may let them wait forever. They take less than a minute.
LIMIT = 300
ENDLESS = f"the tests did not end within {LIMIT // 60} minutes"


@dataclass
class Mutation:
    name: str
    file: str
    # The text to replace; it must occur exactly once in the file.
    old: str
    new: str
    # The tests that must notice it: names of Tests/Faults/run.py, or suites of the Swift tests (a longer build).
    faults: str = ""
    filter: str = ""
    # The flag of /proc/cpuinfo without which no test can notice it.
    cpu: str = ""

    def is_out_of_reach(self) -> bool:
        return bool(self.cpu) and self.cpu not in Path("/proc/cpuinfo").read_text().split()

    def mismatches(self) -> list[str]:
        """The reasons why the mutation does not fit the sources; empty if it does."""
        path = ROOT / self.file
        if not path.is_file():
            return [f"{self.name}: there is no file {self.file}"]
        found = []
        if (count := path.read_text().count(self.old)) != 1:
            found.append(f"{self.name}: {self.file} contains {self.old!r} {count} times, expected once")
        faults = (ROOT / "Tests/Faults/run.py").read_text()
        found += [
            f"{self.name}: Tests/Faults/run.py has no test '{name}'"
            for name in filter(None, self.faults.split(",")) if f'"{name}":' not in faults]
        found += [
            f"{self.name}: Tests has no suite '{name}'"
            for name in filter(None, self.filter.split("|")) if not has_suite(name)]
        return found


MUTATIONS = [
    Mutation(
        "train a run twice", "Sources/FastTrain/Training/Training.swift",
        "guard !hasBegun.exchange(true, ordering: .relaxed) else", "guard true else", filter="TrainingJobTests"),
    Mutation(
        "take a step while paused", "Sources/FastTrain/Training/JobRequests.swift",
        "return state.isHeld ? nil : .goOn", "return .goOn", filter="TrainingJobTests"),
    Mutation(
        "call callbacks with the floating-point state of a team", "Sources/CThreadTeam/thread_team.c",
        "absence.arithmetic = ft_restore_arithmetic(state.outside);", "absence.arithmetic = state.outside;",
        filter="CallbackTests"),
    Mutation(
        "leave nested teams without threads", "Sources/CThreadTeam/thread_team.c",
        "omp_set_max_active_levels(INT_MAX);", "", filter="CallbackTests"),
    Mutation(
        "trap if there is no memory", "Sources/CProgram/memory.c",
        "if (memory == NULL && size > 0) ft_out_of_memory(size);", "", faults="address-space"),
    Mutation(
        "cut a path short at a NUL", "Sources/FastTrainSupport/Files/System.swift",
        "guard !path.utf8.contains(0) else {", "guard !path.utf8.contains(0) || true else {", filter="PathTests"),
    Mutation(
        "map a model that may be truncated", "Sources/FastTrain/Model/Model.swift",
        "RunFolder.modelPath(in: path) : path, storage: .memory)", "RunFolder.modelPath(in: path) : path)",
        filter="FileStorageTests"),
    Mutation(
        "ignore the digest of a file", "Sources/FastTrainSupport/SafeTensors/SafeTensors+Digest.swift",
        "digest != digestPrefix + content", "digest.isEmpty", faults="damage"),
    Mutation(
        "ignore the lock of a run folder", "Sources/FastTrainSupport/Files/FolderLock.swift",
        "LOCK_EX | LOCK_NB", "LOCK_UN", faults="owners"),
    Mutation(
        "omit fsync of a file", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        'guard System.synchronize(descriptor) else { throw failure(path, "fsync") }', "", faults="synchronized"),
    Mutation(
        "omit fsync of the parent of an existing folder", "Sources/FastTrainSupport/Files/FileSystem.swift",
        "if try !isFolder(path) {", "if try isFolder(path) { return } else {", faults="power"),
    Mutation(
        "accept a damaged end of trials.jsonl", "Sources/FastTrain/Search/SearchFolder.swift",
        "warn(\"\\(trialsPath), line \\(lines.count): incomplete or damaged; this trial is trained again\")\n            lines.removeLast()",
        "_ = last", faults="search-power"),
    Mutation(
        "omit fsync of the folders of a resumed run", "Sources/FastTrain/RunFolder/RunFolder.swift",
        "where try FileSystem.isFolder(path)", "where try FileSystem.isFolder(path) && path.isEmpty", faults="power"),
    Mutation(
        "ignore the digest of a line", "Sources/FastTrain/Search/Seal.swift",
        "guard line.dropFirst(content.count).elementsEqual(end(of: Array(content))) else { return nil }", "",
        filter="SearchTests"),
    Mutation(
        "rewrite trials.jsonl in place", "Sources/FastTrain/Search/SearchFolder.swift",
        "try AtomicFile.write(Array(bytes", "if bytes.isEmpty { try AtomicFile.write([], to: trialsPath) }\n        _ = (Array(bytes",
        faults="search-stops"),
    Mutation(
        "omit fsync of events before a checkpoint", "Sources/FastTrain/Training/RunLoop.swift",
        "try training.tensorBoard?.synchronize()\n        let path", "let path", faults="events-power"),
    Mutation(
        "leave a temporary file after a failure", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if !renamed { unlink(temporary) }", "_ = renamed", faults="failures"),
    Mutation(
        "ignore the umask", "Sources/FastTrainSupport/Files/AtomicFile.swift", "?? 0o666", "?? 0o600", faults="modes"),
    Mutation(
        "lose the mode of a replaced file", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if let replaced { System.resemble(descriptor, replaced) }", "", faults="modes"),
    Mutation(
        "replace a symbolic link", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "guard try System.isLink(path) else { return (path, status) }", "if !path.isEmpty { return (path, status) }",
        faults="links"),
    Mutation(
        "lose the loss of an unfinished epoch", "Sources/FastTrain/Training/RunLoop.swift",
        "lossSum = start.lossSum", "lossSum = 0", faults="kills"),
    Mutation(
        "lose the optimizer's memory", "Sources/FastTrain/Engine/Optimizers/OptimizerMemories.swift",
        "                memory.values.load(values)\n", "", faults="kills"),
    Mutation(
        "sum shards in another order", "Sources/CThreadTeam/all_reduce.c",
        "for (int shard = 0; shard + distance < shards; shard += 2 * distance)",
        "for (int shard = 0; distance == 1 && shard + 1 < shards; shard++)", filter="ThreadTeamTests"),
    Mutation(
        "sum shards in another order on more than two threads", "Sources/CThreadTeam/all_reduce.c",
        "    for (int distance = 1; distance < shards; distance *= 2) {\n        for (int shard = 0;",
        "    int omp_get_num_threads(void);\n"
        "    for (int shard = 1; omp_get_num_threads() > 2 && shard < shards; shard++) add(*gradients, gradients[shard], count);\n"
        "    for (int distance = omp_get_num_threads() > 2 ? shards : 1; distance < shards; distance *= 2) {\n"
        "        for (int shard = 0;", faults="bits"),
    Mutation(
        "add a branch of which another process has a part", "Sources/CThreadTeam/all_reduce.c",
        "            if (!is_whole) break;\n", "            if (!is_whole && shard + distance >= end) break;\n",
        filter="ShardTreeTests"),
    Mutation(
        "cut the pieces of the norm between two processes", "Sources/FastTrain/Processes/SliceOwners.swift",
        "return all.pieces[range.lowerBound].offset..<", "return all.pieces[range.lowerBound].offset + panelWidth..<",
        filter="SliceOwnersTests"),
    Mutation(
        "continue a run of another recipe", "Sources/FastTrain/Training/Training+Resume.swift",
        'first(where: { $0.field != "epochs" })', "first(where: { _ in false })", filter="AutoResumeTests"),
    Mutation(
        "allow headers of any length", "Sources/FastTrainSupport/SafeTensors/SafeTensorsHeader.swift",
        "guard length <= UInt64(longest) else", "guard length <= UInt64.max else", filter="MalformedSafeTensorsTests"),
    Mutation(
        "resume on other data", "Sources/FastTrain/RunFolder/RunDescription.swift",
        "        try expect(dataset, in: path)\n", "",
        filter="ResumeRefusalTests|DamageTests"),
    Mutation(
        "trip over a killed process's libomp file", "Sources/FastTrainCLI/System/Console+Messages.swift",
        "        shm_unlink(name)\n        setenv(\"KMP_DUPLICATE_LIB_OK\", \"TRUE\", 0)\n", "", faults="surroundings"),
    Mutation(
        "save to a folder that was replaced", "Sources/FastTrainSupport/Files/FolderLock.swift",
        "if fstat(descriptor, &own) == 0, let found = try System.status(path), found.isSameFile(as: own) { return }",
        "if fstat(descriptor, &own) == 0 { return }", faults="moved"),
    Mutation(
        "remove temporary files of live processes", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if System.lock(descriptor) == .taken { unlink(path) }", "unlink(path)", faults="writers"),
    Mutation(
        "ignore changes of a table", "Sources/FastTrainData/Table/CSVReader.swift",
        "        try System.expectUnchanged(descriptor, since: status, path)\n", "", faults="inputs"),
    Mutation(
        "ignore changes of data during a prediction", "Sources/FastTrain/Model/Model+Prediction.swift",
        "        try split.checkUnchanged()\n        return predictions", "        return predictions", faults="inputs"),
    Mutation(
        "predict the rows of any split", "Sources/FastTrain/Model/Model+Prediction.swift",
        "        try checkFeatures(split)\n", "", filter="PredictorErrorTests"),
    Mutation(
        "treat a failing stat as a missing file", "Sources/FastTrainSupport/Files/System.swift",
        'guard isNothing(errno) else { throw .inputOutput(path: path, operation: "stat", reason: reason) }', "",
        faults="search-untold"),
    Mutation(
        "start again over a run whose checkpoints are gone", "Sources/FastTrain/Training/Training+Resume.swift",
        "if newest == nil { try folder?.expectNothingDone() }", "", faults="removed-checkpoints"),
    Mutation(
        "exit with another code when the reader is gone", "Sources/FastTrainCLI/Commands/CommonOptions.swift",
        "if json { try? ", "if json { try ", faults="readers"),
    Mutation(
        "survive a signal as process 1", "Sources/CProgram/signal.c",
        "    _exit(128 + number);", "    ;", faults="process-1"),
    Mutation(
        "leave a temporary file after a signal", "Sources/CProgram/signal.c",
        "    ft_temporary_remove_all();\n", "",
        faults="outputs"),
    Mutation(
        "ignore a signal while nobody reads", "Sources/ProgramSupport/Console.swift",
        "if SignalFlag.received() != nil { return false }", "", faults="full-pipes"),
    Mutation(
        "print any number of combining marks", "Sources/FastTrainSupport/Text/StreamSafeText.swift",
        "if marks > String.maxCombiningMarks { return false }", "", faults="hostile-settings"),
    Mutation(
        "evaluate on other data than the run's", "Sources/FastTrainCLI/Commands/RunDescription+Data.swift",
        "return try RunDescription(folder: path).openData(in: path)",
        "return try Dataset.open(RunDescription(folder: path).data)", faults="other-data"),
    Mutation(
        "accept another run as the winner of a search", "Sources/FastTrain/Search/Search+Winner.swift",
        "            try expectBest(recipe, of: winner, in: folder)\n", "", faults="other-winners"),
    Mutation(
        "start a run in the folder of a search's winner", "Sources/FastTrain/RunFolder/RunFolder.swift",
        "if !isOfSearch, try SearchFolder.isBest(path) {", "if false {", faults="other-winners"),
    Mutation(
        "take over a file named lock", "Sources/FastTrainSupport/Files/FolderLock.swift",
        "guard isOurs(descriptor) else {", "guard isOurs(descriptor) || true else {", faults="own-files"),
    Mutation(
        "accept data among a run's files", "Sources/FastTrain/Training/Training+Resume.swift",
        "        try OutputFile.expectNoInput(data.name, inRun: path)\n", "", faults="own-files"),
    Mutation(
        "remove temporary files where there are no locks", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if System.lock(descriptor) == .taken { unlink(path) }", "if System.lock(descriptor) != .held { unlink(path) }",
        faults="writers"),
    Mutation(
        "ignore changes of parameters while they are read", "Sources/FastTrain/Model/Model+InitialParameters.swift",
        "        try file.checkUnchanged()\n", "", faults="inputs"),
    Mutation(
        "ignore changes of images during a conversion", "Sources/FastTrainData/Dataset+Write.swift",
        "            try checkUnchanged()\n", "", faults="inputs"),
    Mutation(
        "leave curl running after a signal", "Sources/CProgram/signal.c",
        "    ft_child_end();\n", "", faults="downloads"),
    Mutation(
        "treat a link that cannot be followed as missing", "Sources/FastTrainSupport/Files/System.swift",
        'guard isNothing(errno) else { throw .inputOutput(path: path, operation: "realpath", reason: reason) }', "",
        faults="links"),
    Mutation(
        "keep a data set that cannot be opened", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "        try check(temporary)\n", "", filter="AtomicFileTests"),
    Mutation(
        "drop the bounds of e^x", "Sources/FastTrain/Engine/PortableFunctions.swift",
        "guard x.magnitude <= 1000 else { return x > 0 ? .infinity : x < 0 ? 0 : x }", "",
        filter="LearningRateTests|LossAndWeightTests"),
    Mutation(
        "take a remembered plan that the network does not allow", "Sources/FastTrain/Planning/PlanCache.swift",
        "entries().last { $0.key == key && space.contains($0.choices) }", "entries().last { $0.key == key }",
        filter="PlanCacheTests"),
    Mutation(
        "add blocks of eight pairs in the order of tiles", "Sources/Kernels/BlockTile.swift",
        "var pairsPerBlock: Int { 16 }", "var pairsPerBlock: Int { 8 }", filter="TileOrderTests"),
    Mutation(
        "leave old pairs in a shard's last block", "Sources/FastTrain/Engine/Memory/GradientOperands.swift",
        "if rows.upperBound == minibatch.shardEnd(rows) {", "if rows.isEmpty {", filter="SameBitsTests",
        cpu="amx_bf16"),
    Mutation(
        "store tiles over rows that are complete", "Sources/Kernels/TileProduct.swift",
        "ft_tile_store_from(elements(panel, first), row - first)", "ft_tile_store(elements(panel, first), true)",
        filter="SameBitsTests", cpu="amx_bf16"),
]


def has_suite(name: str) -> bool:
    return any(re.search(rf"struct {name}\b", path.read_text()) for path in (ROOT / "Tests").rglob("*.swift"))


def run(command: list[str], limit: float | None = None) -> subprocess.CompletedProcess:
    """Runs a command. One that exceeds the limit in seconds is ended, with all processes that it started."""
    # A mutation may crash a program; Swift's backtracer could then wait forever for a process that no longer exists.
    environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
    process = subprocess.Popen(
        command, cwd=COPY, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        for one in [*descendants(process.pid), process.pid]:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
        output, _ = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, output)


def descendants(parent: int) -> list[int]:
    """The processes that a process has started, directly or not. `swift test` gives them a session of their own."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    children = [pid for pid, its_parent in pairs if its_parent == parent]
    return children + [one for child in children for one in descendants(child)]


def copy_file(file: str) -> None:
    """Copies a file unless it is unchanged, so that little has to be built again."""
    target = COPY / file
    target.parent.mkdir(parents=True, exist_ok=True)
    source = ROOT / file
    if source.is_symlink():
        target.unlink(missing_ok=True)
        target.symlink_to(source.readlink())
    elif not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copy(source, target)


def failures(swift: str, mutation: Mutation) -> list[str] | None:
    """The names of the tests that failed; None if the mutation could not be built."""
    if mutation.faults:
        if any(run([swift, "build", *BUILD, *STATIC, "--product", name]).returncode != 0 for name in PROGRAMS):
            return None
        programs = [f"{STATIC_FOLDER}/debug/{name}" for name in PROGRAMS]
        done = run(["Tests/Faults/run.py", *programs, "--only", mutation.faults, "--kills", "20"], LIMIT)
        for folder in re.findall(r"the folders are in (\S+)", done.stdout):
            shutil.rmtree(folder, ignore_errors=True)
        if done.returncode == -signal.SIGKILL:
            return [ENDLESS]
        return re.findall(r"^\S+ +FAILED: .*", done.stdout, re.MULTILINE)
    if run([swift, "build", *BUILD, "--build-tests"]).returncode != 0:
        return None
    done = run([swift, "test", *BUILD, "--skip-build", "--filter", mutation.filter], LIMIT)
    if done.returncode == -signal.SIGKILL:
        return [ENDLESS]
    found = re.findall(r"^✘ Test (?!run with)(\S+?\(.*?\)) .*?(?:failed|recorded)", done.stdout, re.MULTILINE)
    crashed = done.returncode != 0 and not found
    return ["the test program crashed"] if crashed else sorted(set(found))


def copy_sources() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "Sources", "Tests", "Tools", "Package.swift"], cwd=ROOT, check=True,
        capture_output=True, text=True).stdout
    files = set(filter(None, listed.split("\0")))
    for file in files:
        copy_file(file)
    for folder in ("Sources", "Tests", "Tools"):
        for path in (COPY / folder).rglob("*"):
            # Files that a commit has removed since the last time.
            if (path.is_symlink() or path.is_file()) and str(path.relative_to(COPY)) not in files:
                path.unlink()


def outcome(swift: str, mutation: Mutation) -> tuple[bool, str]:
    """Applies a mutation to the copy and runs its tests. Returns whether they noticed it, and the line to print."""
    target = COPY / mutation.file
    text = target.read_text()
    target.write_text(text.replace(mutation.old, mutation.new))
    try:
        found = failures(swift, mutation)
    finally:
        target.write_text(text)
    if found:
        return True, f"noticed: {'; '.join(found[:4])}"
    return False, "could not be built" if found is None else "NOT NOTICED"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="NAME,…", help="the mutations to try, instead of all")
    parser.add_argument("--swift", default="swift", help="the swift command")
    parser.add_argument("--check", action="store_true", help="only verify that every mutation fits the sources")
    options = parser.parse_args()
    names = [mutation.name for mutation in MUTATIONS]
    chosen = options.only.split(",") if options.only else names
    if unknown := set(chosen) - set(names):
        sys.exit(f"there are no mutations named {', '.join(sorted(unknown))}")
    mutations = [mutation for mutation in MUTATIONS if mutation.name in chosen]
    misfits = {mutation.name: found for mutation in mutations if (found := mutation.mismatches())}
    for line in sum(misfits.values(), []):
        print(line, flush=True)
    if options.check:
        print(f"{len(mutations) - len(misfits)} of {len(mutations)} mutations fit the sources")
        return 1 if misfits else 0

    copy_sources()
    unnoticed = len(misfits)
    for mutation in mutations:
        if mutation.is_out_of_reach():
            print(f"{mutation.name}: SKIPPED, because this CPU has no {mutation.cpu}", flush=True)
        elif mutation.name not in misfits:
            is_noticed, line = outcome(options.swift, mutation)
            unnoticed += not is_noticed
            print(f"{mutation.name}: {line}", flush=True)
    tried = sum(not mutation.is_out_of_reach() for mutation in mutations)
    print(f"{tried - unnoticed} of {tried} mutations noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
