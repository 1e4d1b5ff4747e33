import Foundation
import Testing

@testable import FastTrain

@Suite struct CheckpointFileTests {
    private let folder = ScratchFolder()
    private var path: String { folder.file("c.safetensors") }

    private static func recipe(_ optimizer: Optimizer, momentum: Double) -> Recipe {
        var recipe = Sample.recipe
        recipe.optimizer = optimizer
        recipe.momentum = momentum
        return recipe
    }

    @Test(arguments: [(Optimizer.adam, 0.9, 0), (.adamw, 0.9, 27), (.sgd, 0.9, 20), (.sgd, 0, 9)])
    func roundTripIsExact(optimizer: Optimizer, momentum: Double, step: Int) throws {
        let checkpoint = Sample.checkpoint(step: step, recipe: Self.recipe(optimizer, momentum: momentum))
        try checkpoint.save(to: path)
        let read = try Checkpoint(path: path)
        #expect(read == checkpoint)
        #expect(read.state.parameters.bits == checkpoint.state.parameters.bits)
        #expect(read.state.optimizer.mapValues(\.bits) == checkpoint.state.optimizer.mapValues(\.bits))
        let first = try readBytes(path)
        try read.save(to: path)
        #expect(try readBytes(path) == first)
    }

    @Test func tensorNames() throws {
        try Sample.checkpoint().save(to: path)
        let file = try SafeTensors(path: path)
        #expect(file["0.weight"]?.shape == [3, 4])
        #expect(file["optimizer.2.bias.exp_avg_sq"]?.shape == [3])
        #expect(file["best.2.weight"]?.shape == [3, 3])
        #expect(file.tensors.count == 16)
        #expect(file.metadata["format"] == "fasttrain.checkpoint.v1")
        #expect(file.metadata["step"] == "27")
        #expect(file.metadata["epoch"] == "2")
        #expect(file.metadata["best_epoch"] == "2")
        #expect(file.metadata["loss_sum"] == "3fd5555555555555")
    }

    /// Numbers that equal other numbers, or nothing, are restored exactly.
    @Test func extremeDoubles() throws {
        for (lossSum, bits) in [(-0.0, UInt64(1) << 63), (.infinity, 0x7FF0 << 48), (-.nan, 0xFFF8 << 48), (0, 0)] {
            var state = Sample.checkpoint().state
            state.lossSum = lossSum
            state.history[1].trainLoss = -0.0
            state.history[1].validationLoss = -.infinity
            state.history[1].validationAccuracy = nil
            state.history[1].validationR2 = .nan
            let sample = Sample.checkpoint()
            try Checkpoint(
                recipe: sample.recipe, fingerprint: "f", featureShape: [4], scale: nil, task: sample.task, state: state
            ).save(to: path)
            let read = try Checkpoint(path: path)
            #expect(read.state.lossSum.bitPattern == bits)
            #expect(read.state.history[0] == state.history[0])
            #expect(read.state.history[1].trainLoss.bitPattern == 1 << 63)
            #expect(read.state.history[1].validationLoss == -.infinity)
            #expect(read.state.history[1].validationAccuracy == nil)
            #expect(read.state.history[1].validationR2?.isNaN == true)
        }
    }

    @Test func randomDoublesInTheHistory() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            var record = Sample.record(1)
            record.trainLoss = value
            let json = try JSON(parsing: record.json.text, file: "h")
            let read = try EpochRecord(json: json, file: "h", place: .line(1))
            #expect(read.trainLoss.bitPattern == value.bitPattern)
        }
    }

    @Test(arguments: [
        ("format", "fasttrain.model.v1"), ("step", nil), ("step", "-1"), ("step", "27.5"), ("step", "19"),
        ("step", "30"), ("step", "9223372036854775808"), ("step", "9223372036854775807"), ("epoch", nil),
        ("epoch", "3"), ("epoch", "x"),
        ("loss_sum", nil), ("loss_sum", "0.5"), ("loss_sum", "3fd555555555555g"), ("history", nil), ("history", "{}"),
        ("history", "[1"), ("epoch", "1"), ("best_epoch", "0"), ("best_epoch", "3"), ("best_epoch", "two"),
        ("fingerprint", nil),
    ]) func wrongEntriesAreNamed(key: String, value: String?) throws {
        try Sample.checkpoint().save(to: path)
        var file = try EditableFile(path)
        file.metadata[key] = value
        try file.write(to: path)
        expectBadData(path, .named(key)) { _ = try Checkpoint(path: path) }
    }

    @Test func errorsNameTheWrongRecord() throws {
        func expect(_ place: String, _ edit: (inout EpochRecord) -> Void) throws {
            try Sample.checkpoint().save(to: path)
            var records = Sample.checkpoint().state.history
            edit(&records[1])
            var file = try EditableFile(path)
            file.metadata["history"] = JSON.array(records.map(\.json)).text
            try file.write(to: path)
            expectBadData(path, .named(place)) { _ = try Checkpoint(path: path) }
        }
        try expect("history[1].epoch") { $0.epoch = 1 }
        try expect("history[1].epoch") { $0.epoch = .max }
        try expect("history[1].step") { $0.step = 21 }
        try expect("history[1].step") { $0.step = -20 }

        var file = try EditableFile(path)
        file.metadata["history"] = #"[{"epoch":1}]"#
        try file.write(to: path)
        expectBadData(path, .named("history[0].step")) { _ = try Checkpoint(path: path) }
        file.metadata["history"] = Sample.record(1).json.text.replacing(#""step":10"#, with: #""step":0"#)
        file.metadata["history"] = "[\(file.metadata["history"]!)]"
        file.metadata["epoch"] = "1"
        try file.write(to: path)
        expectBadData(path, .named("history[0].step")) { _ = try Checkpoint(path: path) }
    }

    @Test func tensorsMustMatchTheRecipe() throws {
        func expect(_ name: String, _ edit: (inout EditableFile) -> Void) throws {
            try Sample.checkpoint().save(to: path)
            var file = try EditableFile(path)
            edit(&file)
            try file.write(to: path)
            expectBadData(path, .named(name)) { _ = try Checkpoint(path: path) }
        }
        for name in ["0.weight", "optimizer.0.bias.exp_avg", "best.2.weight"] {
            try expect(name) { $0.tensors.removeAll { $0.name == name } }
        }
        try expect("optimizer.0.weight.momentum") {
            $0.metadata["recipe"] = Self.recipe(.sgd, momentum: 0.9).json.text
            $0.tensors.removeAll { $0.name.hasPrefix("optimizer.") }
        }
        try expect("best.0.weight") {
            $0.metadata["best_epoch"] = nil
            $0.tensors.sort { $0.name < $1.name }
            $0.tensors.removeAll { $0.name == "best.0.bias" }
        }
        // A missing tensor is reported first. Only a file that has all tensors is searched for others.
        try expect("0.weight") {
            $0.tensors.removeAll { $0.name == "0.weight" }
            $0.tensors.append(("9.weight", .f32, [1], [0, 0, 0, 0]))
        }
    }

    /// The readers are resuming, prediction, and inspecting the file.
    @Test func everyFlippedBitAndTruncationIsDetected() throws {
        let path = path
        try Sample.checkpoint().save(to: path)
        expectNoticed(
            path, least: 20_000,
            by: [
                { _ = try Checkpoint(path: path) }, { _ = try Model(path: path) },
                { _ = try FileDescription(path: path) },
            ])
    }

    @Test func invalidStatesAreNotWritten() throws {
        func code(_ edit: (inout TrainingState) -> Void) -> Int32 {
            let sample = Sample.checkpoint()
            var state = sample.state
            edit(&state)
            let checkpoint = Checkpoint(
                recipe: sample.recipe, fingerprint: "", featureShape: [4], scale: nil, task: sample.task, state: state)
            return exitCode { try checkpoint.save(to: path) }
        }
        #expect(code { $0.optimizer["exp_avg"] = nil } == 70)
        #expect(code { $0.optimizer["momentum"] = $0.parameters } == 70)
        #expect(code { $0.parameters.layers[0].weight.removeLast() } == 70)
        #expect(code { $0.best!.parameters.layers.removeLast() } == 70)
        #expect(code { $0.best!.epoch = 3 } == 70)
        #expect(code { $0.step = 30 } == 70)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(code { _ in } == 0)
    }
}
