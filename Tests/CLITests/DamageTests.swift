import FastTrain
import Foundation
import Testing

/// Damaged and missing files: what each command reports, and that a run continues without them.
struct DamageTests {
    enum Damage: CaseIterable {
        case emptied, cutInLength, cutInHeader, cutInElements, lastByteCut, byteAdded
        case lengthFlipped, headerFlipped, metadataFlipped, elementFlipped, lastByteFlipped

        /// Damages a safetensors file.
        func inflict(on path: String) throws {
            let url = URL(fileURLWithPath: path)
            var file = try Data(contentsOf: url)
            let elements = 8 + file.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
            switch self {
            case .emptied: file = Data()
            case .cutInLength: file = file.prefix(5)
            case .cutInHeader: file = file.prefix(8 + 100)
            case .cutInElements: file = file.prefix((elements + file.count) / 2)
            case .lastByteCut: file = file.dropLast()
            case .byteAdded: file.append(0)
            case .lengthFlipped: file[1] ^= 1
            case .headerFlipped: file[8] ^= 2
            case .metadataFlipped: file[try #require(file.range(of: Data("digest\":\"".utf8))).upperBound + 9] ^= 1
            case .elementFlipped: file[(elements + file.count) / 2] ^= 0x40
            case .lastByteFlipped: file[file.count - 1] ^= 1
            }
            try file.write(to: url)
        }
    }

    private let folder: TemporaryFolder
    private let data: String
    private let run: String
    private var model: String { run + "/model.safetensors" }

    /// A finished run of 4 epochs of 2 steps, with checkpoints of the last three.
    init() throws {
        folder = try TemporaryFolder()
        data = folder.path("line.safetensors")
        run = folder.path("run")
        let x = (0..<64).map { Float($0) / 64 }
        try Dataset(name: "line", features: x, featureShape: [1], targets: x.map { 2 * $0 - 1 }, targetNames: ["y"])
            .write(to: data)
        let arguments = ["--data", data, "--hidden", "4", "--batch-size", "32", "--epochs", "4", "--validation", "0"]
        #expect(try Fasttrain.run(arguments + ["--quiet", "--output", run]).status == 0)
    }

    // MARK: - Damage

    @Test(arguments: Damage.allCases) func damageIsDetected(damage: Damage) throws {
        let (badData, badModel, badCheckpoint) = (folder.path("data"), folder.path("model"), folder.path("checkpoint"))
        let checkpoint = FinishedRun.checkpoint(run, step: 8)
        for (sound, bad) in [(data, badData), (model, badModel), (checkpoint, badCheckpoint)] {
            try FileManager.default.copyItem(atPath: sound, toPath: bad)
            try damage.inflict(on: bad)
        }
        let rows = ["--data", data, "--split", "train"]
        for (file, arguments) in [
            (badData, ["--data", badData, "--output", folder.path("other")]),
            (badData, ["inspect", badData]),
            (badData, ["evaluate", model, "--data", badData, "--split", "train"]),
            (badData, ["resume", run, "--data", badData]),
            (badModel, ["inspect", badModel]),
            (badModel, ["evaluate", badModel] + rows),
            (badModel, ["predict", badModel, "-o", folder.path("other")] + rows),
            (badModel, ["--init", badModel, "--hidden", "4", "--data", data, "--output", folder.path("other")]),
            (badCheckpoint, ["inspect", badCheckpoint]),
            (badCheckpoint, ["evaluate", badCheckpoint] + rows),
        ] {
            let result = try Fasttrain.run(arguments)
            #expect(result.status == 65, "\(damage): \(arguments)")
            let line = result.error ?? ""
            #expect(line.hasPrefix(file), "\(damage): \(arguments): \(result.stderr)")
            #expect(line.contains(": expected ") && line.contains(", found "), "\(line)")
            #expect(result.stdout.isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("other")))
    }

    @Test(arguments: Damage.allCases) func aRunResumesFromThePreviousCheckpoint(damage: Damage) throws {
        let expected = try FinishedRun(run)
        let newest = FinishedRun.checkpoint(run, step: 8)
        try damage.inflict(on: newest)
        try FileManager.default.removeItem(atPath: model)
        let result = try Fasttrain.run(["resume", run])
        #expect(result.status == 0)
        #expect(result.stderr.hasPrefix("fasttrain: warning: checkpoint skipped: \(newest)"))
        #expect(result.stderr.contains("\nresumes     after step 6, with 3 epochs done\n"))
        #expect(try FinishedRun(run).differences(from: expected) == [])
    }

    @Test func withoutAnIntactCheckpointResumingFails() throws {
        for step in [4, 6, 8] { try Damage.elementFlipped.inflict(on: FinishedRun.checkpoint(run, step: step)) }
        let result = try Fasttrain.run(["resume", run])
        #expect(result.status == 65)
        #expect(
            result.error?.hasPrefix("\(run)/checkpoints: expected an intact checkpoint of this run, found 3") == true)
        #expect(FinishedRun.checkpoints(run) == [4, 6, 8])
    }

    @Test func invalidRecipe() throws {
        try "{\"hidden\": [4".write(toFile: run + "/recipe.json", atomically: false, encoding: .utf8)
        let result = try Fasttrain.run(["resume", run])
        #expect(result.status == 65)
        #expect(result.error == "\(run)/recipe.json, byte 13: expected ']', found the end")
    }

    @Test func otherDataIsRefused() throws {
        let other = folder.path("other.safetensors")
        try Dataset(name: "other", features: [1, 2], featureShape: [1], targets: [1, 2], targetNames: ["y"])
            .write(to: other)
        let result = try Fasttrain.run(["resume", run, "--data", other])
        #expect(result.status == 65)
        #expect(result.error?.hasPrefix("\(other), 'fingerprint': expected ") == true)
    }

    // MARK: - Missing files

    @Test func missingFilesAreNamed() throws {
        let absent = folder.path("absent")
        for arguments in [
            ["--data", absent], ["--init", absent], ["resume", absent], ["resume", run, "--data", absent],
            ["evaluate", absent], ["evaluate", run, "--data", absent], ["predict", absent], ["inspect", absent],
            ["benchmark", "--data", absent],
        ] {
            let result = try Fasttrain.run(arguments)
            #expect(result.status == 66, "\(arguments)")
            #expect(result.error?.hasPrefix("\(absent): ") == true, "\(arguments): \(result.stderr)")
        }
        try FileManager.default.removeItem(atPath: data)  // the run's own
        for command in ["resume", "evaluate", "predict"] {
            let result = try Fasttrain.run([command, run])
            #expect(result.status == 66)
            #expect(result.error == "\(data): No such file or directory")
        }
    }
}
