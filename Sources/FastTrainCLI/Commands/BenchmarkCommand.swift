import ArgumentParser
import FastTrain

struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure how fast this machine trains, against its arithmetic peak.",
        discussion: """
            GFLOP/s count the operations of a dense network, however few were executed; the peak is measured in the \
            same process, just before.
            """)

    @Option(
        help: ArgumentHelp(
            "One of \(Benchmark.workloads.joined(separator: ", ")). (default: all of them)", valueName: "name"))
    var workload: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time to train each workload for.", valueName: "s"))
    var seconds = 3.0

    @Option(
        help: ArgumentHelp(
            "A data set with 784 features and 10 classes. (default: the built-in MNIST sample)", valueName: "file"))
    var data: String?

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        guard (0.01...3600).contains(seconds) else {
            throw FastTrainError.usage("--seconds must be in 0.01...3600, not \(Format.setting(seconds))")
        }
        if let workload, !Benchmark.workloads.contains(workload) {
            let names = Benchmark.workloads.joined(separator: ", ")
            throw FastTrainError.usage("--workload must be one of \(names), not '\(workload)'")
        }
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let status = StatusLine(.standardError)
        defer { status.replace() }
        var results: [BenchmarkResult] = []
        for name in workload.map({ [$0] }) ?? Benchmark.workloads {
            status.show { "measuring \(name)".clipped(to: $0) }
            results.append(try Benchmark.run(workload: name, data: dataset, seconds: seconds, threads: threads.threads))
        }
        status.replace()
        if !json { return try Console.print(BenchmarkTable.text(results, style: Terminal.standardOutput.style)) }
        let objects = results.map(\.json)
        let result = workload == nil ? JSON.object([.init("workloads", .array(objects))]) : objects[0]
        try Console.print(result.text)
    }
}
