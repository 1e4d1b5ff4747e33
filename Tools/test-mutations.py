#!/usr/bin/env python3
"""Takes one promise after another out of a copy of the sources, and sees that a test fails.

    Tools/test-mutations.py [--only NAME,…] [--swift SWIFT]

The copy and what is built of it lie in .build-mutations. Prints a line for each mutation: what was taken out and which
tests failed; ends with 1 if one went unnoticed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".build-mutations" / "sources"


@dataclass
class Mutation:
    name: str
    file: str
    # Exactly once in the file.
    old: str
    new: str
    # What must notice it: of Tests/Faults/run.py, or else of the Swift tests, which takes a longer build.
    faults: str = ""
    filter: str = ""


MUTATIONS = [
    Mutation(
        "digest", "Sources/FastTrainSupport/SafeTensors/SafeTensors+Digest.swift",
        "digest != digestPrefix + content", "digest.isEmpty", faults="damage"),
    Mutation(
        "lock", "Sources/FastTrain/RunFolder/FolderLock.swift", "LOCK_EX | LOCK_NB", "LOCK_UN", faults="owners"),
    Mutation(
        "fsync", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        'guard System.synchronize(descriptor) else { throw failure(path, "fsync") }', "", faults="synchronized"),
    Mutation(
        "fsync of the folder of one that was there", "Sources/FastTrain/RunFolder/FileSystem.swift",
        "if try !isFolder(path) {", "if try isFolder(path) { return } else {", faults="power"),
    Mutation(
        "unwritten sectors of trials.jsonl", "Sources/FastTrain/Search/SearchFolder.swift",
        "warn(\"\\(trialsPath), line \\(lines.count): cut off or damaged; that training is done again\")\n            lines.removeLast()",
        "_ = last", faults="search-power"),
    Mutation(
        "fsync of the folders of a run that goes on", "Sources/FastTrain/RunFolder/RunFolder.swift",
        "where try FileSystem.isFolder(path)", "where try FileSystem.isFolder(path) && path.isEmpty", faults="power"),
    Mutation(
        "digest of a line", "Sources/FastTrain/Model/Seal.swift",
        "guard line.dropFirst(content.count).elementsEqual(end(of: Array(content))) else { return nil }", "",
        filter="SearchTests"),
    Mutation(
        "trials.jsonl made anew", "Sources/FastTrain/Search/SearchFolder.swift",
        "try AtomicFile.write(Array(bytes", "if bytes.isEmpty { try AtomicFile.write([], to: trialsPath) }\n        _ = (Array(bytes",
        faults="search-stops"),
    Mutation(
        "events synchronized before a checkpoint", "Sources/FastTrain/Training/TrainingSession.swift",
        "try training.tensorBoard?.synchronize()\n            let path", "let path", faults="events-power"),
    Mutation(
        "temporary file", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if !renamed { unlink(temporary) }", "_ = renamed", faults="failures"),
    Mutation(
        "mode less the umask", "Sources/FastTrainSupport/Files/AtomicFile.swift", "?? 0o666", "?? 0o600", faults="modes"),
    Mutation(
        "mode of what is replaced", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if let replaced { System.resemble(descriptor, replaced) }", "", faults="modes"),
    Mutation(
        "links followed", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "System.isLink(path) ? System.resolved(path) ?? path : path", "path", faults="links"),
    Mutation(
        "loss of an unfinished epoch", "Sources/FastTrain/Training/TrainingSession.swift",
        "lossSum = start.lossSum", "lossSum = 0", faults="kills"),
    Mutation(
        "optimizer's memory", "Sources/FastTrain/Training/TrainingSession.swift",
        "if let values = start.optimizer[memory.name] { memory.values.load(values) }",
        "_ = start.optimizer[memory.name]", faults="kills"),
    Mutation(
        "tree", "Sources/CThreadTeam/all_reduce.c",
        "for (int shard = 0; shard + distance < shards; shard += 2 * distance)",
        "for (int shard = 0; distance == 1 && shard + 1 < shards; shard++)", filter="ThreadTeamTests"),
    Mutation(
        "tree on more than two threads", "Sources/CThreadTeam/all_reduce.c",
        "    for (int distance = 1;",
        "    int omp_get_num_threads(void);\n"
        "    for (int shard = 1; omp_get_num_threads() > 2 && shard < shards; shard++) add(*gradients, gradients[shard], count);\n"
        "    for (int distance = omp_get_num_threads() > 2 ? shards : 1;", faults="bits"),
    Mutation(
        "header length", "Sources/FastTrainSupport/SafeTensors/SafeTensorsHeader.swift",
        "guard length <= UInt64(longest) else", "guard length <= UInt64.max else", filter="MalformedSafeTensorsTests"),
    Mutation(
        "fingerprint", "Sources/FastTrain/Training/Training.swift",
        "guard data.fingerprint == run.fingerprint else", "guard !data.fingerprint.isEmpty else",
        filter="TrainingTests|DamageTests"),
    Mutation(
        "what a killed process left of libomp's", "Sources/FastTrainCLI/System/Console+Messages.swift",
        "        shm_unlink(name)\n        setenv(\"KMP_DUPLICATE_LIB_OK\", \"TRUE\", 0)\n", "", faults="surroundings"),
    Mutation(
        "whose folder it is by now", "Sources/FastTrain/RunFolder/FolderLock.swift",
        "if fstat(descriptor, &own) == 0, let found = try System.status(path), found.isSameFile(as: own) { return }",
        "if fstat(descriptor, &own) == 0 { return }", faults="moved"),
    Mutation(
        "temporary files of the living", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if System.lock(descriptor) { unlink(path) }", "unlink(path)", faults="writers"),
    Mutation(
        "a table that changes", "Sources/FastTrainData/Table/CSVReader.swift",
        "        try System.expectUnchanged(descriptor, since: status, path)\n", "", faults="inputs"),
    Mutation(
        "data that change under a prediction", "Sources/FastTrain/Model/Model+Use.swift",
        "        try data.checkUnchanged()\n        return predictions", "        return predictions", faults="inputs"),
    Mutation(
        "what cannot be told", "Sources/FastTrainSupport/Files/System.swift",
        'default: throw .inputOutput(path: path, operation: "stat", reason: reason)', "default: return nil",
        faults="search-untold"),
    Mutation(
        "checkpoints that somebody removed", "Sources/FastTrain/Training/Training.swift", "epochs > 0 {", "epochs < 0 {",
        faults="removed-checkpoints"),
    Mutation(
        "interrupted and no reader", "Sources/FastTrainCLI/Commands/CommonOptions.swift", "if json { try? ",
        "if json { try ", faults="readers"),
    Mutation(
        "process 1", "Sources/CProgram/signal.c", "    _exit(128 + number);", "    ;", faults="process-1"),
    Mutation(
        "temporary file after a signal", "Sources/CProgram/signal.c", "    fasttrain_temporary_remove_all();\n", "",
        faults="outputs"),
    Mutation(
        "a signal while nobody reads", "Sources/ProgramSupport/Console.swift",
        "if SignalFlag.received() != nil { return false }", "", faults="full-pipes"),
    Mutation(
        "combining marks in a row", "Sources/FastTrainSupport/Text/StreamSafeText.swift",
        "if marks > String.mostCombiningMarks { return false }", "", faults="hostile-settings"),
    Mutation(
        "the data of a run", "Sources/FastTrainCLI/Commands/ModelSource.swift",
        "        try run.expect(data, in: path)\n", "", faults="other-data"),
    Mutation(
        "whose run is in a search's best", "Sources/FastTrain/Search/Search.swift",
        "            try expectBest(recipe, of: winner, in: folder)\n", "", faults="other-winners"),
    Mutation(
        "a run in a search's best", "Sources/FastTrain/RunFolder/RunFolder.swift",
        "if !isOfSearch, try SearchFolder.isBest(path) {", "if false {", faults="other-winners"),
    Mutation(
        "a lock of somebody's", "Sources/FastTrain/RunFolder/FolderLock.swift",
        "guard isOurs(descriptor) else {", "guard isOurs(descriptor) || true else {", faults="own-files"),
    Mutation(
        "data among a run's files", "Sources/FastTrain/Training/Training.swift",
        "        try OutputFile.expectNoInput(data.name, inRun: path)\n", "", faults="own-files"),
    Mutation(
        "without locks nobody is dead", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "if System.lock(descriptor) == .taken { unlink(path) }", "if System.lock(descriptor) != .held { unlink(path) }",
        faults="writers"),
    Mutation(
        "parameters that change while they are read", "Sources/FastTrain/Model/Model.swift",
        "        // The numbers were copied before the digest was verified; not every file has one.\n"
        "        try file.checkUnchanged()\n", "", faults="inputs"),
    Mutation(
        "images that change while they are converted", "Sources/FastTrainData/Dataset+Write.swift",
        "            try checkUnchanged()\n", "", faults="inputs"),
    Mutation(
        "the end of a download's curl", "Sources/CProgram/signal.c", "    fasttrain_child_end();\n", "", faults="downloads"),
    Mutation(
        "a link that cannot be followed", "Sources/FastTrainSupport/Files/System.swift",
        'guard isNothing(errno) else { throw .inputOutput(path: path, operation: "realpath", reason: reason) }', "",
        faults="links"),
    Mutation(
        "a data set that cannot be opened", "Sources/FastTrainSupport/Files/AtomicFile.swift",
        "        try check(temporary)\n", "", filter="AtomicFileTests"),
    Mutation(
        "the bounds of e^x", "Sources/FastTrain/Engine/Optimizers/LearningRate.swift",
        "guard x.magnitude <= 1000 else { return x > 0 ? .infinity : x < 0 ? 0 : x }", "",
        filter="LearningRateTests|LossAndWeightTests"),
]


def run(command: list[str]) -> subprocess.CompletedProcess:
    # A mutation may well crash: Swift's program that then looks for the place can wait for good for what is gone.
    environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
    return subprocess.run(
        command, cwd=COPY, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def take_over(file: str) -> None:
    """The file as it is, and no newer than it need be, so that little is built again."""
    target = COPY / file
    target.parent.mkdir(parents=True, exist_ok=True)
    source = ROOT / file
    if source.is_symlink():
        target.unlink(missing_ok=True)
        target.symlink_to(source.readlink())
    elif not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copy(source, target)


def failures(swift: str, mutation: Mutation) -> list[str] | None:
    """What failed, by name; nil if it could not be built."""
    if mutation.faults:
        if run([swift, "build", "-c", "release", "--static-swift-stdlib"]).returncode != 0:
            return None
        programs = [f".build/release/{name}" for name in ("fasttrain", "fasttrain-data")]
        done = run(["Tests/Faults/run.py", *programs, "--only", mutation.faults, "--kills", "20"])
        for folder in re.findall(r"the folders are in (\S+)", done.stdout):
            shutil.rmtree(folder, ignore_errors=True)
        return re.findall(r"^\S+ +FAILED: .*", done.stdout, re.MULTILINE)
    build = ["-c", "release", "-Xswiftc", "-enable-testing", "--scratch-path", ".build-test"]
    if run([swift, "build", *build, "--build-tests"]).returncode != 0:
        return None
    done = run([swift, "test", "--skip-build", *build, "--filter", mutation.filter])
    found = re.findall(r"^✘ Test (?!run with)(\S+?\(.*?\)) .*?(?:failed|recorded)", done.stdout, re.MULTILINE)
    crashed = done.returncode != 0 and not found
    return ["the tests ended before their end"] if crashed else sorted(set(found))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--swift", default="swift")
    options = parser.parse_args()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "Sources", "Tests", "Tools", "Package.swift"], cwd=ROOT, check=True,
        capture_output=True, text=True).stdout
    files = set(filter(None, listed.split("\0")))
    for file in files:
        take_over(file)
    for folder in ("Sources", "Tests", "Tools"):
        for path in (COPY / folder).rglob("*"):
            # What a commit since the last time has removed.
            if (path.is_symlink() or path.is_file()) and str(path.relative_to(COPY)) not in files:
                path.unlink()
    names = [mutation.name for mutation in MUTATIONS]
    chosen = options.only.split(",") if options.only else names
    if unknown := set(chosen) - set(names):
        sys.exit(f"no mutations: {', '.join(sorted(unknown))}")
    unnoticed = 0
    for mutation in MUTATIONS:
        if mutation.name not in chosen:
            continue
        target = COPY / mutation.file
        text = target.read_text()
        if text.count(mutation.old) != 1:
            print(f"{mutation.name}: {mutation.file} has '{mutation.old}' {text.count(mutation.old)} times, not once")
            return 1
        target.write_text(text.replace(mutation.old, mutation.new))
        try:
            found = failures(options.swift, mutation)
        finally:
            target.write_text(text)
        if found:
            print(f"{mutation.name}: noticed: {'; '.join(found[:4])}", flush=True)
        else:
            unnoticed += 1
            print(f"{mutation.name}: " + ("could not be built" if found is None else "NOT NOTICED"), flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
