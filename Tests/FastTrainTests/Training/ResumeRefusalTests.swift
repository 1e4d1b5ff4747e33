import Foundation
import Testing

@testable import FastTrain

/// The changes that resuming allows and refuses. A different recipe, seed or data set is refused with the name of the
/// difference and both values. Epochs, threads and paths may change.
@Suite struct ResumeRefusalTests {
    private let folder = ScratchFolder()
    private var output: String { folder.file("run") }

    private static var recipe: Recipe {
        var recipe = Recipe()
        (recipe.hidden, recipe.batchSize, recipe.epochs, recipe.schedule) = ([5], 16, 2, .constant)
        recipe.optimizer = .sgd
        return recipe
    }

    /// A different value for each setting, as `recipe.json` has it.
    private static let others: [String: String] = [
        "hidden": "[6]", "activation": #""tanh""#, "leaky_slope": "0.5", "normalization": #""layer""#,
        "loss": #""binary-cross-entropy""#, "huber_delta": "2.0", "class_weight": #""balanced""#,
        "label_smoothing": "0.5", "optimizer": #""adagrad""#, "learning_rate": "0.25", "momentum": "0.5",
        "nesterov": "true", "dropout": "[0.5]", "input_dropout": "0.5", "weight_decay": "0.5", "alpha": "0.5",
        "l1": "0.5", "clip_value": "0.5", "clip_norm": "0.5", "max_norm": "0.5", "ema": "0.5", "beta1": "0.5",
        "beta2": "0.5", "epsilon": "0.5", "history_size": "5", "gradient_tolerance": "0.5", "schedule": #""step""#,
        "gamma": "0.5", "decay_epochs": "5", "power": "0.25", "warmup": "0.5", "batch_size": "17", "seed": "2",
        "validation": "0.25", "monitor": #""train-loss""#, "patience": "5", "min_delta": "0.5", "tol": "0.5",
        "n_iter_no_change": "5", "shuffle": "false", "shards": "3", "precision": #""bf16""#,
        "accumulation": #""tiles""#,
    ]

    /// A setting that is missing here would not be tested.
    @Test func everySettingIsTested() {
        #expect(Set(Self.others.keys).union(["epochs"]) == Set(Recipe.settings.map(\.name)))
    }

    @Test(arguments: others.keys.sorted()) func errorsNameTheSetting(field: String) throws {
        let data = try SmallData.classes(rows: 60)
        _ = try Training(Self.recipe, on: data, options: RunOptions(output: output)).train()
        let path = output + "/recipe.json"
        guard case .object(let members) = try JSON(parsing: String(contentsOfFile: path, encoding: .utf8), file: path)
        else { return }
        // A setting that the file leaves out is nil.
        let (before, after) = (members.first { $0.name == field }?.value.text ?? "null", Self.others[field]!)
        try #require(before != after)
        let changed = JSON.object(
            members.filter { $0.name != field } + [.init(field, try JSON(parsing: after, file: ""))])
        try writeBytes(Array(changed.text.utf8), to: path)
        let checkpoints = try FileManager.default.contentsOfDirectory(atPath: output + "/checkpoints").sorted()

        let says = "'recipe.\(field)': expected \(after), as in recipe.json, found \(before)"
        var attempts: [() throws -> Void] = [{ _ = try RunFolder.open(output).newestSoundCheckpoint() }]
        // Without bf16 instructions, bf16 is refused before the checkpoints are read.
        if field != "precision" { attempts.append { _ = try Training.resume(output, epochs: 5, data: data) } }
        for attempt in attempts {
            let found = expectBadData(output + "/checkpoints", .file, attempt)
            #expect(found.contains(says), "\(found)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: output + "/checkpoints").sorted() == checkpoints)
    }

    private struct Data {
        var features = (0..<120).map { Float($0 % 7) / 8 }
        var shape = [3]
        var labels = (0..<40).map { $0 % 2 }
        var classes = ["no", "yes"]
        var testFeatures: [Float] = [1, 2, 3]
        var testLabels = [1]
        var weights = [Float](repeating: 1, count: 40)

        func made() throws -> Dataset {
            try Dataset(
                name: "made", features: features, featureShape: shape, labels: labels, classes: classes,
                weights: weights, testFeatures: testFeatures, testLabels: testLabels)
        }
    }

    /// Data in memory is compared as well as data from a file.
    @Test func errorsNameTheData() throws {
        let changes: [(inout Data) -> Void] = [
            { $0.features[7] = $0.features[7].nextUp }, { $0.features.swapAt(0, 3) }, { $0.labels[5] = 0 },
            { $0.labels.swapAt(0, 1) }, { $0.shape = [3, 1] }, { $0.testFeatures[1] = 5 }, { $0.testLabels[0] = 0 },
            { ($0.testFeatures, $0.testLabels) = ([], []) }, { $0.weights[3] = 2 }, { $0.classes = ["yes", "no"] },
            { $0.classes[1] = "si" }, { $0.classes.append("maybe") },
        ]
        let data = try Data().made()
        try data.write(to: folder.file("data"))
        let file = try Dataset(path: folder.file("data"))
        _ = try Training(Self.recipe, on: data, options: RunOptions(output: output)).train()
        let fromFile = folder.file("from-file")
        _ = try Training(Self.recipe, on: file, options: RunOptions(output: fromFile)).train()
        for (index, change) in changes.enumerated() {
            var other = Data()
            change(&other)
            let made = try other.made()
            let error = #expect(throws: FastTrainError.self) { try Training.resume(output, data: made) }
            guard case .badData("made", .named(let name), let expected, let found) = error else {
                Issue.record("change \(index): \(error.map { "\($0)" } ?? "was taken")")
                continue
            }
            #expect(name == (index < 9 ? "fingerprint" : "classes") && expected != found, "change \(index)")
            let wanted = name == "classes" ? #"["no","yes"]"# : data.fingerprint
            #expect(expected.contains(wanted) && !found.contains(wanted), "change \(index): \(expected), \(found)")

            try made.write(to: folder.file("other"))
            let written = try Dataset(path: folder.file("other"))
            let says = expectBadData(folder.file("other"), .named("fingerprint")) {
                _ = try Training.resume(fromFile, data: written)
            }
            #expect(says == written.fingerprint)
        }
        _ = try Training.resume(output, data: data)
        _ = try Training.resume(fromFile, data: file)
    }

    /// Everything at once: the run folder and the data have moved, and there are more threads and epochs.
    @Test func epochsThreadsAndPathsMayChange() throws {
        let path = folder.file("data")
        try Data().made().write(to: path)
        let recipe = Self.recipe
        let counter = Counter()
        _ = try Training(
            recipe, on: Dataset(path: path), dataPath: path, options: RunOptions(threads: 1, output: output)
        ).train(stop: { counter.next() == 4 })
        let (moved, movedPath) = (folder.file("elsewhere"), folder.file("moved"))
        try FileManager.default.moveItem(atPath: output, toPath: moved)
        try FileManager.default.moveItem(atPath: path, toPath: movedPath)
        #expect(exitCode { _ = try Training.resume(moved) } == 66)

        var longer = recipe
        longer.epochs = 4
        let straight = try Training(longer, on: Dataset(path: movedPath)).train()
        do {
            let training = try Training.resume(
                moved, epochs: 4, threads: 3, data: Dataset(path: movedPath), dataPath: movedPath)
            #expect(training.resumedFromStep == 4 && training.warnings == [])
            expectSame(try training.train(), straight, "moved, with more epochs and threads")
        }
        // The run's own description records the new path.
        expectSame(try Training.resume(moved, threads: 2).train(), straight, "once more")
    }
}
