import FastTrain
import Foundation
import Testing

/// The program as a user sees it. Networks are small and use one thread.
@Suite(.serialized) struct EndToEndTests {
    private let folder: TemporaryFolder
    private let small = ["--hidden", "8", "--batch-size", "100", "--learning-rate", "0.01", "--threads", "1"]

    init() throws {
        folder = try TemporaryFolder()
    }

    private func json(_ text: String) throws -> JSON { try JSON(parsing: text, file: "standard output") }

    @Test func trainsEvaluatesAndPredicts() throws {
        let run = folder.path("run")
        let training = try Fasttrain.run(small + ["--epochs", "2", "--output", run, "--json"])
        #expect(training.status == 0)
        #expect(training.stderr.contains("\nepoch 2/2  loss "))
        #expect(!training.stderr.contains("\r"))
        let result = try json(training.stdout)
        #expect(training.stdout.filter { $0 == "\n" }.count == 1)
        guard case .number(let accuracy)? = result["test_accuracy"] else {
            Issue.record("no test_accuracy in \(training.stdout)")
            return
        }
        #expect(accuracy > 0.5)

        let evaluation = try json(try Fasttrain.run(["evaluate", run, "--json"]).stdout)
        #expect(evaluation["accuracy"] == .number(accuracy))
        #expect(evaluation["loss"] == result["test_loss"])
        #expect(evaluation["samples"] == .integer(1000))
        #expect(evaluation["confusion_matrix"] == result["confusion_matrix"])

        let text = try Fasttrain.run(["evaluate", run + "/model.safetensors"])
        #expect(text.stdout.contains("\naccuracy  \(percent(accuracy))\n"))
        #expect(text.stdout.contains("\nprecision  "))

        let classes = try Fasttrain.run(["predict", run]).stdout.split(separator: "\n")
        #expect(classes.count == 1001)
        #expect(classes[0] == "row,class")
        let file = folder.path("predictions.csv")
        let quiet = try Fasttrain.run(["predict", run, "--split", "train", "--probabilities", "-o", file])
        #expect(quiet.stdout.isEmpty && quiet.stderr.isEmpty && quiet.status == 0)
        let rows = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 4001)
        #expect(rows[0] == "row,class,0,1,2,3,4,5,6,7,8,9")
        let sum = rows[4000].split(separator: ",").dropFirst(2).compactMap { Double($0) }.reduce(0, +)
        #expect(abs(sum - 1) < 1e-5)
    }

    private func percent(_ share: Double) -> String { String(format: "%.2f%%", share * 100) }

    @Test func resumingGivesTheSameModel() throws {
        // The rate is constant because any other schedule spreads over the epochs and changes when a run later gets
        // more.
        let small = small + ["--schedule", "constant"]
        let (straight, twice) = (folder.path("straight"), folder.path("twice"))
        #expect(try Fasttrain.run(small + ["--epochs", "3", "--quiet", "--output", straight]).status == 0)
        #expect(try Fasttrain.run(small + ["--epochs", "1", "--quiet", "--output", twice]).status == 0)
        let resumed = try Fasttrain.run(["resume", twice, "--epochs", "3", "--threads", "2"])
        #expect(resumed.status == 0)
        #expect(resumed.stderr.contains("\nresumes     after step 36, with 1 epoch done\n"))
        #expect(try FinishedRun(twice).differences(from: FinishedRun(straight)) == [])
    }

    @Test func quietKeepsStandardErrorEmpty() throws {
        let result = try Fasttrain.run(small + ["--epochs", "1", "--quiet"])
        #expect(result.stderr.isEmpty)
        #expect(result.stdout.hasPrefix("trained 1 epoch in "))
        #expect(result.stdout.hasSuffix("\nnothing was saved; use --output DIR to keep the model\n"))
    }

    @Test func inspectDescribesFiles() throws {
        let run = folder.path("run")
        #expect(try Fasttrain.run(small + ["--epochs", "1", "--quiet", "--output", run]).status == 0)
        let text = try Fasttrain.run(["inspect", run + "/model.safetensors"])
        #expect(text.status == 0)
        #expect(text.stdout.contains("0.weight"))
        let object = try json(try Fasttrain.run(["inspect", "--json", run + "/model.safetensors"]).stdout)
        #expect(object["kind"] == .string("model"))
        #expect(object["parameters"] == .integer(784 * 8 + 8 + 8 * 10 + 10))
    }

    @Test func startsFromGivenParameters() throws {
        let run = folder.path("run")
        #expect(try Fasttrain.run(small + ["--epochs", "1", "--quiet", "--output", run]).status == 0)
        let model = run + "/model.safetensors"
        let result = try Fasttrain.run(small + ["--epochs", "1", "--quiet", "--json", "--init", model])
        guard case .number(let first)? = try json(result.stdout)["train_loss"],
            case .number(let loss)? = try json(try Fasttrain.run(["evaluate", run, "--json"]).stdout)["loss"]
        else {
            Issue.record("no losses")
            return
        }
        #expect(first < 1.2 * loss)  // it does not start at log 10 again
        let misfit = try Fasttrain.run(["--hidden", "9", "--init", model])
        #expect(misfit.status == 65)
    }

    @Test func regression() throws {
        let (file, run) = (folder.path("line.safetensors"), folder.path("run"))
        let x = (0..<64).map { Float($0) / 64 }
        try Dataset(name: "line", features: x, featureShape: [1], targets: x.map { 2 * $0 - 1 }, targetNames: ["y"])
            .write(to: file)
        let training = try Fasttrain.run([
            "--data", file, "--hidden", "none", "--batch-size", "4", "--learning-rate", "0.05", "--threads", "1",
            "--epochs", "50", "--output", run,
        ])
        #expect(training.status == 0)
        #expect(training.stderr.contains("\nloss        squared-error\n"))
        #expect(training.stdout.contains("\nuse it  fasttrain evaluate \(run) --split train\n"))

        let result = try json(try Fasttrain.run(["evaluate", run, "--split", "train", "--json"]).stdout)
        guard case .number(let r2)? = result["r2"] else {
            Issue.record("no r2 in \(result.text)")
            return
        }
        #expect(r2 > 0.99)
        let predictions = try Fasttrain.run(["predict", run, "--split", "train"]).stdout.split(separator: "\n")
        #expect(predictions.count == 65)
        #expect(predictions[0] == "row,y")

        let noTest = try Fasttrain.run(["evaluate", run])
        #expect(noTest.status == 65)
        #expect(noTest.stderr.contains("expected test rows, found training rows only"))
        let probabilities = try Fasttrain.run(["predict", run, "--split", "train", "--probabilities"])
        #expect(probabilities.status == 64)
        #expect(try Fasttrain.run(["--data", file, "--loss", "cross-entropy"]).status == 64)
        #expect(try Fasttrain.run(["predict", run, "--split", "train", "-o", "/dev/null"]).status == 73)
    }

    @Test func benchmarkPrintsOneObject() throws {
        let arguments = ["benchmark", "--workload", "mnist-small", "--seconds", "0.1", "--threads", "1", "--json"]
        let result = try json(try Fasttrain.run(arguments).stdout)
        #expect(result["workload"] == .string("mnist-small"))
        #expect(result["threads"] == .integer(1))
        for name in ["samples_per_second", "gflops", "peak_gflops", "fraction_of_peak"] {
            guard case .number(let value)? = result[name] else {
                Issue.record("no number \(name)")
                continue
            }
            #expect(value > 0)
        }
        #expect(result["accumulation"] == .null)
    }

    /// An instruction set that is named may train in bf16 without instructions for it.
    @Test(arguments: Accumulation.allCases) func benchmarkOfEachOrder(accumulation: Accumulation) throws {
        let arguments = ["benchmark", "--workload", "mnist-small", "--seconds", "0.1", "--threads", "1"]
        let order = ["--accumulation", accumulation.rawValue]
        let environment = ["FASTTRAIN_ISA": InstructionSet.best.rawValue]
        let bf16 = arguments + order + ["--precision", "bf16"]
        let text = try Fasttrain.run(bf16, environment: environment).stdout
        #expect(text.contains("precision: bf16 added by \(accumulation.rawValue)"))
        let result = try json(try Fasttrain.run(bf16 + ["--json"], environment: environment).stdout)
        #expect(result["accumulation"] == .string(accumulation.rawValue))
        let refused = try Fasttrain.run(arguments + order)
        #expect(refused.status == 64)
        #expect(
            refused.error
                == "--precision: expected bf16, whose products are added by \(accumulation.rawValue), found f32")
    }

    @Test func benchmarkOfPredictions() throws {
        let arguments = ["benchmark", "--predict", "--seconds", "0.01"]
        let text = try Fasttrain.run(arguments).stdout
        for network in ["4-50-3", "784-256-128-10", "784-1024-1024-10"] { #expect(text.contains("\n\(network) ")) }
        guard case .array(let results)? = try json(try Fasttrain.run(arguments + ["--json"]).stdout)["predictions"]
        else {
            Issue.record("no predictions")
            return
        }
        #expect(results.count == 5)
        for result in results {
            for name in ["median_microseconds", "percentile_99_microseconds", "weight_reading_microseconds"] {
                guard case .number(let value)? = result[name] else {
                    Issue.record("no number \(name)")
                    continue
                }
                #expect(value > 0)
            }
        }
        let refused = try Fasttrain.run(["benchmark", "--predict", "--profile"])
        #expect(refused.status == 64 && refused.stderr.contains("--predict and --profile cannot be combined"))
    }

    @Test func aBenchmarkNeedsImages() throws {
        let folder = try TemporaryFolder()
        let table = try Dataset(name: "t", features: [1, 2], featureShape: [1], labels: [0, 1], classes: ["p", "q"])
        try table.write(to: folder.path("t"))
        let result = try Fasttrain.run(["benchmark", "--data", folder.path("t"), "--seconds", "0.1"])
        #expect(result.status == 65 && result.stdout.isEmpty)
        #expect(result.stderr.contains("expected 784 features and 10 classes"))
    }

    @Test func benchmarkProfile() throws {
        let arguments = ["benchmark", "--workload", "mnist-small", "--seconds", "0.2", "--threads", "2", "--profile"]
        let text = try Fasttrain.run(arguments).stdout
        for phase in ["gather", "forward", "loss", "backward", "gradient", "update", "barrier"] {
            #expect(text.contains("\n\(phase)"), "\(phase)")
        }
        let result = try json(try Fasttrain.run(arguments + ["--json"]).stdout)
        guard case .array(let phases)? = result["phases"] else {
            Issue.record("no phases")
            return
        }
        let first = phases.filter { $0["phase"] == .string("forward") && $0["layer"] == .integer(1) }
        #expect(first.count == 1)
        guard case .number(let nominal)? = first.first?["operations"],
            case .number(let executed)? = first.first?["executed_operations"]
        else {
            Issue.record("no operations")
            return
        }
        // The sample's minibatches of 64 rows and its last, smaller one. A fifth of its pixels are not zero.
        #expect(nominal > 2 * 784 * 128 * 60 && nominal <= 2 * 784 * 128 * 64)
        #expect(executed > 0.1 * nominal && executed < 0.3 * nominal)
    }

    // MARK: - Signals

    @Test(arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")])
    func aSignalSavesAndSaysHowToResume(signal: Int32, name: String) throws {
        let run = folder.path("run")
        let result = try Fasttrain.whileTraining(["--output", run, "--json"]) { kill($0.processIdentifier, signal) }
        #expect(result.status == 128 + signal)
        let line = try #require(result.stderr.split(separator: "\n").last)
        #expect(line.hasPrefix("fasttrain: interrupted by \(name); saved \(run)/checkpoints/step-"))
        #expect(line.hasSuffix("; resume with: fasttrain resume \(run)"))
        let saved = try #require(line.split(separator: " ").first { $0.hasSuffix(".safetensors;") }).dropLast()
        #expect(FileManager.default.fileExists(atPath: String(saved)))
        #expect(try json(result.stdout)["interrupted"] == .string(name))
    }

    @Test func withoutAFolderNothingIsSaved() throws {
        let result = try Fasttrain.whileTraining([]) { $0.interrupt() }
        #expect(result.status == 130)
        #expect(result.stderr.contains("fasttrain: interrupted by SIGINT; nothing was saved"))
        #expect(result.stdout.isEmpty)
    }

    @Test func aRunFolderHasOneOwner() throws {
        let run = folder.path("run")
        let result = try Fasttrain.whileTraining(["--output", run]) { process in
            let second = try Fasttrain.run(["resume", run])
            #expect(second.status == 75)
            #expect(
                second.stderr
                    == "fasttrain: error: \(run): in use by another fasttrain (process \(process.processIdentifier))\n")
            #expect(try Fasttrain.run(["--output", run]).status == 75)
            process.interrupt()
        }
        #expect(result.status == 130)
    }

    @Test func theReaderOfProgressMayDisappear() throws {
        let run = folder.path("run")
        let result = try Fasttrain.run(
            small + ["--epochs", "2", "--output", run], stderr: try Fasttrain.pipeWithoutReader())
        #expect(result.status == 0)
        #expect(FileManager.default.fileExists(atPath: run + "/model.safetensors"))
    }
}
