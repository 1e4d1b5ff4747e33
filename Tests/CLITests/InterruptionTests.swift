import Foundation
import Testing
import _TestSupport

/// A run that is stopped at any moment and in any way resumes to the same result, bit for bit.
///
/// The moments differ between executions, but the result must not: no assertion depends on time.
@Suite(.serialized) struct InterruptionTests {
    /// 60 checkpoints of 0.8 MB, so that many interruptions happen while one is written.
    private static let recipe = ["--hidden", "64", "--batch-size", "120", "--epochs", "4", "--checkpoint-every", "2"]
    private static let steps = 120

    private let folder: TemporaryFolder
    private let run: String
    private let log: String

    init() throws {
        folder = try TemporaryFolder()
        run = folder.path("run")
        log = folder.path("log")
    }

    @Test(arguments: [(SIGKILL, TestScope.isLong ? 20 : 3), (SIGINT, 2), (SIGTERM, 2)])
    func resumesToTheSameModel(signal: Int32, count: Int) throws {
        let straight = folder.path("straight")
        #expect(try Fasttrain.run(Self.recipe + ["--quiet", "--output", straight]).status == 0)
        let expected = try FinishedRun(straight)

        var random = TestRandom(UInt64(signal))
        var (interruptions, insideSaves, finished) = (0, 0, 0)
        while interruptions < count {
            let status = try interrupt(by: signal, &random)
            switch status {
            case 128 + signal:
                interruptions += 1
                if try isWriting() { insideSaves += 1 }
            case 0:  // the run is complete: compare it and start again
                finished += 1
                #expect(try FinishedRun(run).differences(from: expected) == [])
                try FileManager.default.removeItem(atPath: run)
            default:
                Issue.record("status \(status): \(try String(contentsOfFile: log, encoding: .utf8))")
                return
            }
        }
        let last = try Fasttrain.run(nextCommand(threads: 2))
        #expect(last.status == 0, "\(last.stderr)")
        #expect(try FinishedRun(run).differences(from: expected) == [])
        #expect(try !isWriting())  // incompletely written files are removed
        print(
            "signal \(signal): \(interruptions) interruptions, \(insideSaves) of them while a file was written; "
                + "\(finished + 1) runs, the same model each")
    }

    /// Resumes the run on a random number of threads and, slightly after a random checkpoint, sends it the signal. A
    /// run whose steps are all done is left to end.
    ///
    /// - Returns: The exit status of the run.
    private func interrupt(by signal: Int32, _ random: inout TestRandom) throws -> Int32 {
        let done = FinishedRun.checkpoints(run).last ?? 0
        let process = try Fasttrain.start(nextCommand(threads: 1 + Int(random.next() % 4)), log: log)
        if done < Self.steps {
            let target = done + Int(random.next() % UInt64(Self.steps - done + 1))
            while process.isRunning, (FinishedRun.checkpoints(run).last ?? 0) < target { usleep(200) }
            usleep(UInt32(random.next() % 10_000))  // about as long as a save takes
            if process.isRunning { kill(process.processIdentifier, signal) }
        }
        process.waitUntilExit()
        return Fasttrain.status(process)
    }

    /// Returns `resume`, or `train` if the run was stopped before there was anything to resume.
    private func nextCommand(threads: Int) -> [String] {
        let isBegun = FileManager.default.fileExists(atPath: run + "/recipe.json")
        return (isBegun ? ["resume", run] : Self.recipe + ["--output", run]) + ["--threads", "\(threads)"]
    }

    /// Returns whether an incompletely written file is left.
    private func isWriting() throws -> Bool {
        [run, run + "/checkpoints"].contains { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains { $0.hasSuffix(".partial") }
        }
    }
}
