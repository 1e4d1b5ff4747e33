import Foundation
import Testing

@testable import FastTrain

@Suite struct RunFolderCheckpointTests {
    private let scratch = ScratchFolder()
    private let folder: RunFolder

    init() throws {
        folder = try RunFolder.create(scratch.file("run"))
        try folder.writeRecipe(
            RunDescription(recipe: Sample.recipe, data: nil, fingerprint: Sample.checkpoint().fingerprint))
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.checkpointsPath).sorted() }
    }

    private func save(_ steps: Int...) throws {
        for step in steps {
            let path = try folder.save(Sample.checkpoint(step: step))
            #expect(path == folder.checkpointPath(step: step))
        }
    }

    @Test func keepsTheNewestThree() throws {
        try save(0, 7, 14, 21, 28)
        #expect(try names == [14, 21, 28].map { "step-00000000\($0).safetensors" })
        let newest = try #require(try folder.newestSoundCheckpoint())
        #expect(newest.checkpoint == Sample.checkpoint(step: 28))
        #expect(newest.path == folder.checkpointPath(step: 28))
        #expect(newest.warnings.isEmpty)
    }

    @Test func stepsAreOrderedAsNumbers() throws {
        var state = Sample.checkpoint(step: 0).state
        for step in [9_999_999_999, 10_000_000_000] {
            state.step = step
            let sample = Sample.checkpoint()
            _ = try folder.save(
                Checkpoint(
                    recipe: sample.recipe, fingerprint: sample.fingerprint, featureShape: sample.featureShape,
                    scale: sample.scale, task: sample.task, state: state))
        }
        #expect(try folder.newestSoundCheckpoint()?.checkpoint.state.step == 10_000_000_000)
        #expect(try names == ["step-10000000000.safetensors", "step-9999999999.safetensors"])
    }

    @Test func otherFilesAreLeftAlone() throws {
        try save(1)
        let others = ["step-1.safetensors", "step-00000000-5.safetensors", "notes", "step-0000000009.safetensors.old"]
        for name in others { try writeBytes([1], to: folder.checkpointsPath + "/" + name) }
        try save(2, 3, 4, 5)
        #expect(try names == (others + [3, 4, 5].map { "step-000000000\($0).safetensors" }).sorted())
        #expect(try folder.newestSoundCheckpoint()?.warnings == [])
    }

    @Test func noCheckpointYet() throws {
        #expect(try folder.newestSoundCheckpoint() == nil)
    }

    enum Damage: CaseIterable {
        case truncated, flipped, empty, folder, danglingLink, otherFormat, renamed, otherData, otherRecipe

        func inflict(on path: String) throws {
            let whole = try readBytes(path)
            let sample = Sample.checkpoint()
            try FileManager.default.removeItem(atPath: path)
            switch self {
            case .truncated: try writeBytes(Array(whole.dropLast(100)), to: path)
            case .flipped:
                var damaged = whole
                damaged[whole.count - 5] ^= 0x10
                try writeBytes(damaged, to: path)
            case .empty: try writeBytes([], to: path)
            case .folder: mkdir(path, 0o777)
            case .danglingLink: symlink("nowhere", path)
            case .otherFormat: try Sample.model.save(to: path)
            case .renamed: try Sample.checkpoint(step: 29).save(to: path)
            case .otherData: try Sample.checkpoint(step: 28, fingerprint: "other").save(to: path)
            case .otherRecipe:
                var recipe = sample.recipe
                recipe.seed = 5
                try Sample.checkpoint(step: 28, recipe: recipe).save(to: path)
            }
        }

        /// A word of the warning for this damage.
        var word: String {
            switch self {
            case .truncated: "bytes"
            case .flipped: "digest"
            case .empty: "0 bytes"
            case .folder: "folder"
            case .danglingLink: "No such file"
            case .otherFormat: "'format': expected fasttrain.checkpoint.v1, found fasttrain.model.v1"
            case .renamed: "'step': expected 28, as in the file's name, found 29"
            case .otherData: "'fingerprint': expected 0123456789abcdef, as in recipe.json, found other"
            case .otherRecipe: "'recipe.seed': expected \"18446744073709551615\", as in recipe.json, found 5"
            }
        }
    }

    @Test(arguments: Damage.allCases) func aDamagedNewestCheckpointIsSkippedButKept(damage: Damage) throws {
        try save(14, 21, 28)
        let path = folder.checkpointPath(step: 28)
        try damage.inflict(on: path)
        let before = try names
        let newest = try #require(try folder.newestSoundCheckpoint())
        #expect(newest.checkpoint == Sample.checkpoint(step: 21))
        #expect(newest.warnings.count == 1)
        #expect(newest.warnings[0].contains(path))
        #expect(newest.warnings[0].contains(damage.word), "\(newest.warnings[0])")
        #expect(try names == before)
    }

    @Test func noIntactCheckpoint() throws {
        try save(14, 21, 28)
        for (step, damage) in [(14, Damage.empty), (21, .flipped), (28, .truncated)] {
            try damage.inflict(on: folder.checkpointPath(step: step))
        }
        let found = expectBadData(folder.checkpointsPath, .file) { _ = try folder.newestSoundCheckpoint() }
        #expect(found.contains("3 unusable checkpoints"))
        #expect(found.contains(folder.checkpointPath(step: 28)))
        #expect(try names.count == 3)
    }

    /// A run that resumes from an older checkpoint must not count the damaged newer ones among the three it keeps.
    @Test func resumingFromAnOlderCheckpointKeepsNewFiles() throws {
        try save(20, 26, 27, 28)
        for step in [26, 27, 28] { try Damage.flipped.inflict(on: folder.checkpointPath(step: step)) }
        try save(21)
        #expect(try folder.newestSoundCheckpoint()?.checkpoint.state.step == 21)
        try save(22, 23, 24)
        #expect(try names == [22, 23, 24, 26, 27, 28].map { "step-00000000\($0).safetensors" })
        try save(26, 27, 28)
        #expect(try names == [26, 27, 28].map { "step-00000000\($0).safetensors" })
        #expect(try folder.newestSoundCheckpoint()?.warnings == [])
    }

    @Test func moreEpochsAreStillTheSameRun() throws {
        try save(28)
        var run = try folder.readRecipe()
        run.recipe.epochs += 5
        try folder.writeRecipe(run)
        #expect(try folder.newestSoundCheckpoint()?.checkpoint.state.step == 28)
    }

    @Test func aFailedSaveLosesNothing() throws {
        try save(14, 21)
        mkdir(folder.checkpointPath(step: 28), 0o777)
        let error = #expect(throws: FastTrainError.self) { try folder.save(Sample.checkpoint(step: 28)) }
        #expect(error?.exitCode == 73)
        #expect(try folder.newestSoundCheckpoint()?.checkpoint == Sample.checkpoint(step: 21))
        #expect(try names == [14, 21, 28].map { "step-00000000\($0).safetensors" })
    }
}
