import FastTrain
import Foundation
import Testing

/// The files of a run folder, read without fasttrain's own readers.
@Suite struct RunFolderContentTests {
    private let folder: TemporaryFolder
    private let run: String

    init() throws {
        folder = try TemporaryFolder()
        run = folder.path("run")
        let arguments = ["--hidden", "8", "--batch-size", "100", "--epochs", "4", "--quiet", "--output", run]
        #expect(try Fasttrain.run(arguments).status == 0)
    }

    @Test func files() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
        #expect(
            names == [
                "checkpoints", "history.jsonl", "lock", "metrics.json", "model.safetensors", "recipe.json",
                "report.html",
            ])
        let checkpoints = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").sorted()
        #expect(checkpoints == [72, 108, 144].map { String(format: "step-%010d.safetensors", $0) })
    }

    @Test func recipe() throws {
        let recipe = try json("recipe.json")
        #expect(
            recipe.names == [
                "hidden", "activation", "leaky_slope", "normalization", "loss", "huber_delta", "class_weight",
                "label_smoothing", "optimizer",
                "learning_rate", "momentum", "nesterov",
                "dropout", "input_dropout", "weight_decay", "alpha", "l1", "clip_value", "clip_norm", "max_norm", "ema",
                "beta1", "beta2", "epsilon", "history_size", "gradient_tolerance", "schedule", "gamma",
                "decay_epochs", "power", "warmup", "batch_size",
                "epochs", "seed", "validation",
                "monitor", "patience", "min_delta", "tol", "n_iter_no_change", "shuffle", "shards", "precision", "data",
                "fingerprint",
                "checkpoint_every",
                "from_parameters",
            ])
        #expect(recipe["hidden"] == .array([.integer(8)]))
        #expect(recipe["shards"] == .integer(2))
        #expect(recipe["data"] == .null)  // the built-in sample
    }

    @Test func history() throws {
        let history = try FinishedRun.history(run)
        #expect(history.count == 4)
        for (index, record) in history.enumerated() {
            #expect(
                record.names == [
                    "epoch", "step", "train_loss", "validation_loss", "validation_accuracy", "learning_rate",
                    "samples_per_second", "seconds",
                ])
            #expect(record["epoch"] == .integer(index + 1))
            #expect(record["step"] == .integer(36 * (index + 1)))
        }
    }

    @Test func metrics() throws {
        let metrics = try json("metrics.json")
        for (prefix, matrixPrefix, samples) in [("test_", "", 1000), ("validation_", "validation_", 400)] {
            guard case .number? = metrics[prefix + "loss"], case .number(let accuracy)? = metrics[prefix + "accuracy"],
                case .array(let rows)? = metrics[matrixPrefix + "confusion_matrix"],
                case .array(let classes)? = metrics[matrixPrefix + "per_class"]
            else {
                Issue.record("\(prefix): \(metrics.names)")
                continue
            }
            let counts = rows.map { row -> [Int] in
                guard case .array(let cells) = row else { return [] }
                return cells.compactMap { if case .integer(let count) = $0 { count } else { nil } }
            }
            #expect(counts.map(\.count) == [Int](repeating: 10, count: 10))
            // Rows are true classes: a tenth of the samples each.
            #expect(counts.map { $0.reduce(0, +) } == [Int](repeating: samples / 10, count: 10))
            let right = (0..<10).reduce(0) { $0 + counts[$1][$1] }
            #expect(accuracy == Double(right) / Double(samples))
            #expect(metrics[prefix + "samples"] == .integer(samples))
            for (index, scores) in classes.enumerated() {
                #expect(scores.names == ["class", "precision", "recall", "f1", "support"])
                #expect(scores["recall"] == .number(Double(counts[index][index]) / Double(samples / 10)))
            }
        }
    }

    @Test func model() throws {
        let (header, start) = try safetensors("model.safetensors")
        #expect(start % 64 == 0)
        #expect(header["__metadata__"]?["format"] == .string("fasttrain.model.v1"))
        #expect(header.names.sorted() == ["0.bias", "0.weight", "2.bias", "2.weight", "__metadata__"])
        for (name, shape) in [("0.weight", [8, 784]), ("0.bias", [8]), ("2.weight", [10, 8]), ("2.bias", [10])] {
            #expect(header[name]?["dtype"] == .string("F32"))
            #expect(header[name]?["shape"] == .array(shape.map(JSON.integer)))
        }
    }

    @Test func checkpoint() throws {
        let (header, start) = try safetensors("checkpoints/step-0000000144.safetensors")
        #expect(start % 64 == 0)
        let metadata = try #require(header["__metadata__"])
        #expect(metadata["format"] == .string("fasttrain.checkpoint.v1"))
        #expect(metadata["step"] == .string("144"))
        for name in ["recipe", "fingerprint", "history"] {
            #expect(metadata.names.contains(name), "\(metadata.names)")
        }
        let parameters = ["0.bias", "0.weight", "2.bias", "2.weight"]
        let memories = parameters.flatMap { ["optimizer.\($0).exp_avg", "optimizer.\($0).exp_avg_sq"] }
        #expect(Set(header.names) == Set(["__metadata__"] + parameters + memories + parameters.map { "best." + $0 }))
    }

    private func json(_ name: String) throws -> JSON {
        try JSON(parsing: String(contentsOfFile: run + "/" + name, encoding: .utf8), file: name)
    }

    /// Returns the header of a safetensors file and the offset of its elements in the file.
    private func safetensors(_ name: String) throws -> (header: JSON, start: Int) {
        let file = try Data(contentsOf: URL(fileURLWithPath: run + "/" + name))
        let length = file.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self)
        return (try JSON(parsing: header, file: name), 8 + length)
    }
}
