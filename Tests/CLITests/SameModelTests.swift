import FastTrain
import Testing
import _TestSupport

/// One recipe gives one model: the whole program, on any number of threads and any instruction set.
@Suite(.serialized) struct SameModelTests {
    private static let threads = [1, 2, 3, 7, 16]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func onAnyNumberOfThreads() throws {
        let straight = try run(["--epochs", "2"], threads: 2, name: "straight")
        for threads in Self.threads {
            let found = try run(["--epochs", "2"], threads: threads, name: "threads-\(threads)")
            #expect(found.differences(from: straight) == [], "\(threads) threads")
        }
    }

    /// The network is small, with widths that no vector length divides. The scalar kernels take twenty times as long
    /// (AVX2, Zen).
    @Test func onEveryInstructionSet() throws {
        let recipe = ["--hidden", "11,7", "--batch-size", "90", "--epochs", "1", "--optimizer", "sgd"]
        let straight = try run(recipe, threads: 2, name: "straight")
        for set in InstructionSet.allCases.filter(\.isSupported) {
            for threads in Self.threads {
                let found = try run(recipe, threads: threads, set: set, name: "\(set)-\(threads)")
                #expect(found.differences(from: straight) == [], "\(threads) threads, \(set)")
            }
        }
    }

    /// A named instruction set without bf16 instructions computes the same bits.
    @Test(arguments: Accumulation.allCases)
    func inBF16OnEveryInstructionSetAndThroughAResume(accumulation: Accumulation) throws {
        let recipe = [
            "--precision", "bf16", "--accumulation", accumulation.rawValue, "--hidden", "101,7", "--batch-size", "91",
            "--schedule", "constant", "--shards", "3",
        ]
        let sets = InstructionSet.allCases.filter { $0.isSupported && $0 != .scalar }
        let first = try #require(sets.first)
        let straight = try run(recipe + ["--epochs", "2"], threads: 2, set: first, name: "straight")
        for set in sets {
            for threads in Self.threads {
                let found = try run(
                    recipe + ["--epochs", "2"], threads: threads, set: set, name: "\(set)-\(threads)")
                #expect(found.differences(from: straight) == [], "\(threads) threads, \(set)")
            }
            let output = folder.path("resumed-\(set)")
            _ = try run(recipe + ["--epochs", "1"], threads: 3, set: set, name: "resumed-\(set)")
            let resumed = try Fasttrain.run(
                ["resume", output, "--epochs", "2"], environment: ["FASTTRAIN_ISA": set.rawValue])
            #expect(resumed.status == 0, "\(resumed.stderr)")
            #expect(try FinishedRun(output).differences(from: straight) == [], "resumed, \(set)")
        }
        // The resulting model can be used on any CPU.
        let evaluated = try Fasttrain.run(["evaluate", folder.path("straight"), "--json"])
        #expect(evaluated.status == 0, "\(evaluated.stderr)")
        let onItsSet = try Fasttrain.run(
            ["evaluate", folder.path("straight"), "--json"], environment: ["FASTTRAIN_ISA": first.rawValue])
        #expect(evaluated.stdout == onItsSet.stdout)
    }

    @Test(.enabled(if: !InstructionSet.best.hasBF16, "SKIPPED: this CPU has instructions for bf16, nothing to refuse"))
    func bf16IsRefusedWithoutItsInstructions() throws {
        let best = InstructionSet.best.rawValue
        let output = folder.path("run")
        let run = ["--precision", "bf16", "--hidden", "8", "--epochs", "1"]
        #expect(
            try Fasttrain.run(run + ["--output", output], environment: ["FASTTRAIN_ISA": best]).status == 0)
        for command in [run, ["benchmark", "--workload", "mnist-small", "--precision", "bf16"], ["resume", output]] {
            for environment in [[:], ["FASTTRAIN_ISA": ""]] {
                let result = try Fasttrain.run(command, environment: environment)
                #expect(result.status == 64)
                #expect(
                    result.error
                        == "--precision: expected f32 because this CPU has no bf16 instructions (AVX512_BF16), "
                        + "found bf16; FASTTRAIN_ISA=\(best) computes the same bits without them, more slowly")
                #expect(result.stdout.isEmpty)
            }
        }
    }

    @Test func anEmptyInstructionSetIsAsIfUnset() throws {
        let result = try Fasttrain.run(["--hidden", "4", "--epochs", "1"], environment: ["FASTTRAIN_ISA": ""])
        #expect(result.status == 0)
        #expect(result.stderr.contains(", \(InstructionSet.best.rawValue)\n"))
    }

    private static let missing = InstructionSet.allCases.filter { !$0.isSupported }

    @Test(.enabled(if: !missing.isEmpty, "SKIPPED: this CPU has every instruction set, none to be refused"))
    func unsupportedInstructionSetsAreRefused() throws {
        for set in Self.missing {
            let result = try Fasttrain.run([], environment: ["FASTTRAIN_ISA": set.rawValue])
            #expect(result.status == 64)
            let line = try #require(result.error)
            #expect(line.hasPrefix("FASTTRAIN_ISA: this CPU does not have \(set.rawValue); it has scalar"))
            #expect(result.stdout.isEmpty)
        }
    }

    private func run(
        _ recipe: [String], threads: Int, set: InstructionSet? = nil, name: String
    ) throws -> FinishedRun {
        let output = folder.path(name)
        let result = try Fasttrain.run(
            recipe + ["--threads", "\(threads)", "--output", output],
            environment: set.map { ["FASTTRAIN_ISA": $0.rawValue] } ?? [:])
        #expect(result.status == 0, "\(result.stderr)")
        // The run used the requested threads and instruction set.
        #expect(result.stderr.contains("\nthreads     \(threads) on "))
        if let set { #expect(result.stderr.contains(", \(set.rawValue)\n")) }
        return try FinishedRun(output)
    }
}
