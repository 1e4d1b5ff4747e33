import FastTrain

/// The results of `fasttrain benchmark` as text and as JSON.
enum BenchmarkTable {
    static func text(_ results: [Benchmark.Result], style: Style) -> String {
        var table = Table([.left, .right, .right, .right, .right, .right])
        let heads = ["workload", "threads", "samples/s", "GFLOP/s", "peak", "of peak"]
        table.add(heads.map { Table.Cell($0, style.bold) })
        for result in results {
            table.add(
                result.workload, Format.integer(result.threads), Format.rate(result.samplesPerSecond),
                Format.rate(result.gflops), Format.rate(result.peakGflops), Format.percent(result.fractionOfPeak, 1))
        }
        return (table.lines + (results.first.map { ["", "instruction set: \($0.instructionSet)"] } ?? []))
            .joined(separator: "\n")
    }
}

extension Benchmark.Result {
    var json: JSON {
        .object([
            .init("workload", .string(workload)), .init("threads", .integer(threads)),
            .init("samples_per_second", .number(samplesPerSecond)), .init("gflops", .number(gflops)),
            .init("peak_gflops", .number(peakGflops)), .init("fraction_of_peak", .number(fractionOfPeak)),
            .init("instruction_set", .string(instructionSet)),
        ])
    }
}
