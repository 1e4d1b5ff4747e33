import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain benchmark`.
struct BenchmarkCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure how fast this machine trains, relative to its arithmetic peak.",
        discussion: """
            GFLOP/s counts the operations of a dense network, even if some were skipped. The peak is measured in the \
            same process before and after training, and the higher value is used.

            Started by mpirun or srun, the processes train together, with at least one shard each. Threads are those of each \
            process, and the peak is the sum of theirs.

            --predict measures predictions instead: the latency of one row beside the time that reading the weights \
            takes, and the rows per second on one thread if several rows are predicted at once.
            """)

    @Option(
        help: ArgumentHelp(
            "One of \(Benchmark.workloads.joined(separator: ", ")). (default: all of them)", valueName: "name"))
    var workload: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seconds to train each workload.", valueName: "s"))
    var seconds = 3.0

    @Option(
        help: ArgumentHelp(
            "A data set with 784 features and 10 classes. (default: the built-in MNIST sample)", valueName: "file"))
    var data: String?

    @OptionGroup var threads: ThreadOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Rows of a minibatch. (default: those of the workload)", valueName: "n"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Shards of a minibatch. (default: 2, or one for each process)", valueName: "n"))
    var shards: Int?

    @OptionGroup var processes: GroupOptions

    @Option(help: ArgumentHelp("Precision of the factors in matrix products and of the peak.", valueName: "name"))
    var precision = Recipe().precision

    @Option(
        help: ArgumentHelp(
            "Order in which products of bf16 numbers are added. (default: that of the CPU's fastest instructions)",
            valueName: "name"))
    var accumulation: Accumulation?

    @Flag(
        help:
            "Show the time of each phase of a step by layer, and the fraction of the peak that its arithmetic reaches.")
    var profile = false

    @Flag(help: "Measure predictions by three networks instead of training.")
    var predict = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        if predict {
            try RunGroup.expectOneProcess("--predict")
            return try measurePredictions()
        }
        let group = try processes.join()
        let planning = try Planning.chosen()
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let status = StatusLine(.standardError)
        defer { status.replace() }
        var results: [Benchmark.Result] = []
        for name in workload.map({ [$0] }) ?? Benchmark.workloads {
            if RunGroup.isReporter { status.show { "measuring \(name)".clipped(to: $0) } }
            results.append(
                try Benchmark.run(
                    workload: name, data: dataset, seconds: seconds, threads: threads.threads, precision: precision,
                    accumulation: accumulation, batchSize: batchSize, shards: shards, profile: profile,
                    planning: planning, group: group))
        }
        status.replace()
        let isReporter = RunGroup.isReporter
        try RunGroup.leave()
        guard isReporter else { return }
        if !json { return try Console.print(BenchmarkTable.text(results, style: Terminal.standardOutput.style)) }
        let objects = results.map(\.json)
        let result = workload == nil ? JSON.object([.init("workloads", .array(objects))]) : objects[0]
        try Console.print(result.text)
    }

    private func measurePredictions() throws {
        let others = [
            ("--workload", workload != nil), ("--data", data != nil), ("--threads", threads.threads != nil),
            ("--profile", profile), ("--batch-size", batchSize != nil), ("--shards", shards != nil),
            ("--accumulation", accumulation != nil),
        ]
        if let other = others.first(where: \.1) {
            throw FastTrainError.invalidUse("--predict and \(other.0) cannot be combined")
        }
        let status = StatusLine(.standardError)
        defer { status.replace() }
        let results = try PredictionBenchmark.run(seconds: seconds, precision: precision) { name in
            status.show { "measuring \(name)".clipped(to: $0) }
        }
        status.replace()
        if !json {
            return try Console.print(PredictionBenchmarkTable.text(results, style: Terminal.standardOutput.style))
        }
        try Console.print(JSON.object([.init("predictions", .array(results.map(\.json)))]).text)
    }
}

extension Precision: ExpressibleByArgument {}

extension Accumulation: ExpressibleByArgument {}
