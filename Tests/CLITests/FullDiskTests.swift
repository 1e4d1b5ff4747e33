import Foundation
import Testing
import _TestSupport

/// A full disk loses nothing: exit code 74, a line that names the file and the reason, and the run resumes from its
/// last checkpoint once there is space.
@Suite(.serialized, .enabled(if: SmallDisk.isAvailable, "SKIPPED: only root can mount a small disk to fill"))
struct FullDiskTests {
    private static let recipe = ["--hidden", "32", "--batch-size", "120", "--epochs", "2", "--quiet"]
    private static let kilobytes = 4096
    private static let reason = "No space left on device"

    private let disk: SmallDisk
    private let run: String

    init() throws {
        disk = try SmallDisk(kilobytes: Self.kilobytes)
        run = disk.path + "/run"
    }

    @Test func keepsThePreviousCheckpoint() throws {
        let recipe = Self.recipe + ["--checkpoint-every", "10"]
        try fill(leaving: 900)  // space for two checkpoints of 0.3 MB and a little more
        let result = try Fasttrain.run(recipe + ["--output", run])
        #expect(result.status == 74)
        #expect(result.error == "\(FinishedRun.checkpoint(run, step: 30)): write failed: \(Self.reason)")
        #expect(FinishedRun.checkpoints(run) == [10, 20])
        for step in [10, 20] {
            let checkpoint = FinishedRun.checkpoint(run, step: step)
            #expect(try Fasttrain.run(["inspect", checkpoint]).status == 0)
            #expect(try Fasttrain.run(["evaluate", checkpoint]).status == 0)
        }
        try makeRoom()
        let resumed = try Fasttrain.run(["resume", run])
        #expect(resumed.status == 0)
        #expect(resumed.stderr.contains("\nresumes     after step 20, with 0 epochs done\n"))
        let folder = try TemporaryFolder()
        #expect(try Fasttrain.run(recipe + ["--output", folder.path("run")]).status == 0)
        #expect(try FinishedRun(run).differences(from: FinishedRun(folder.path("run"))) == [])
    }

    /// The files that a run with one checkpoint writes, in order.
    private static let files = [
        "recipe.json", "checkpoints/step-0000000060.safetensors", "history.jsonl", "model.safetensors", "metrics.json",
    ]

    /// The disk is one page short for each of these files in turn.
    @Test(arguments: files) func resumesOnceThereIsSpace(file: String) throws {
        let recipe = Self.recipe + ["--checkpoint-every", "60"]
        let folder = try TemporaryFolder()
        #expect(try Fasttrain.run(recipe + ["--output", folder.path("run")]).status == 0)
        var pages = 1  // for the lock
        for name in Self.files.prefix(through: try #require(Self.files.firstIndex(of: file))) {
            pages += (try Data(contentsOf: URL(fileURLWithPath: folder.path("run/" + name))).count + 4095) / 4096
        }
        try fill(leaving: 4 * (pages - 1))
        let result = try Fasttrain.run(recipe + ["--output", run])
        #expect(result.status == 74)
        #expect(result.error == "\(run)/\(file): write failed: \(Self.reason)")

        try makeRoom()
        let isBegun = file != "recipe.json"
        let next = try Fasttrain.run(isBegun ? ["resume", run] : recipe + ["--output", run])
        #expect(next.status == 0, "\(next.stderr)")
        #expect(try FinishedRun(run).differences(from: FinishedRun(folder.path("run"))) == [])
    }

    @Test func predictionsAreCompleteOrAbsent() throws {
        #expect(try Fasttrain.run(Self.recipe + ["--output", run]).status == 0)
        try fill(leaving: 4)
        let file = disk.path + "/predictions.csv"
        let result = try Fasttrain.run(["predict", run, "--probabilities", "-o", file])
        #expect(result.status == 74)
        #expect(result.error == "\(file): write failed: \(Self.reason)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).sorted() == ["ballast", "run"])
    }

    @Test func eventFileOnAFullDisk() throws {
        // There is a page for each of the two files, but the epochs' records need more.
        try fill(leaving: 8)
        let logs = disk.path + "/logs"
        let result = try Fasttrain.run(["--hidden", "4", "--epochs", "100", "--quiet", "--tensorboard", logs])
        #expect(result.status == 74)
        let error = try #require(result.error)
        #expect(error.hasPrefix("\(logs)/") && error.hasSuffix(".fasttrain: write failed: \(Self.reason)"), "\(error)")
    }

    /// Fills the disk except for the given number of kilobytes.
    private func fill(leaving kilobytes: Int) throws {
        var room = statvfs()
        #expect(statvfs(disk.path, &room) == 0)
        let free = Int(room.f_bavail) * Int(room.f_frsize)
        try Data(count: free - kilobytes * 1024).write(to: URL(fileURLWithPath: disk.path + "/ballast"))
    }

    private func makeRoom() throws { try FileManager.default.removeItem(atPath: disk.path + "/ballast") }
}
