import FastTrain
import Testing
import _TestSupport

/// One recipe, one model: the whole program, on any number of threads and any instruction set.
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

    /// A small network of widths that no vector divides: the scalar kernels take twenty times as long (AVX2, Zen).
    @Test func onEveryInstructionSet() throws {
        let recipe = ["--hidden", "11,7", "--batch-size", "90", "--epochs", "1", "--optimizer", "sgd"]
        let straight = try run(recipe, threads: 2, name: "straight")
        for set in supportedKernels().map(\.instructionSet) {
            for threads in Self.threads {
                let found = try run(recipe, threads: threads, set: set, name: "\(set)-\(threads)")
                #expect(found.differences(from: straight) == [], "\(threads) threads, \(set)")
            }
        }
    }

    private static let missing = InstructionSet.allCases.filter { !$0.isSupported }

    @Test(.enabled(if: !missing.isEmpty, "SKIPPED: this CPU has every instruction set, none to be refused"))
    func whatTheCPUDoesNotHaveIsRefused() throws {
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
        // It did run as it was told to.
        #expect(result.stderr.contains("\nthreads     \(threads) on "))
        if let set { #expect(result.stderr.contains(", \(set.rawValue)\n")) }
        return try FinishedRun(output)
    }
}
