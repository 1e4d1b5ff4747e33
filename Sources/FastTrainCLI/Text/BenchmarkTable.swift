import FastTrain

/// The results of `fasttrain benchmark` as text and as JSON.
enum BenchmarkTable {
    static func text(_ results: [Benchmark.Result], style: Style) -> String {
        var table = TextTable([.left, .right, .right, .right, .right, .right])
        let heads = ["workload", "threads", "samples/s", "GFLOP/s", "peak", "of peak"]
        table.add(heads.map { TextTable.Cell($0, style.bold) })
        for result in results {
            table.add(
                result.workload, threads(result), Format.rate(result.samplesPerSecond),
                Format.rate(result.gflops), Format.rate(result.peakGflops), Format.percent(result.fractionOfPeak, 1))
        }
        var lines =
            table.lines + exchanges(results)
            + (results.first.map {
                ["", "instruction set: \($0.instructionSet)", "precision: \(precision($0))"]
            } ?? [])
        for result in results where !result.phases.isEmpty {
            lines += [""] + profile(result, style: style)
            if let plan = result.plan { lines += [""] + PlanTable.lines(plan, of: result.workload, style: style) }
        }
        return lines.joined(separator: "\n")
    }

    /// Returns a line for each result of several processes: what the exchange takes.
    private static func exchanges(_ results: [Benchmark.Result]) -> [String] {
        let lines = results.compactMap { result in
            result.exchange.map {
                "\(result.workload): waiting for other processes \(Format.percent($0.share, 1)) of the time, "
                    + "the busiest computes \(Format.percent($0.imbalance, 1)) longer than the average"
            }
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    /// Returns the number of threads, such as "4", or "2 × 4" for two processes of four.
    private static func threads(_ result: Benchmark.Result) -> String {
        let each = Format.integer(result.threads)
        return result.processes == 1 ? each : "\(Format.integer(result.processes)) × \(each)"
    }

    /// Returns the precision, such as "bf16 added by tiles".
    private static func precision(_ result: Benchmark.Result) -> String {
        result.precision.rawValue + (result.accumulation.map { " added by \($0.rawValue)" } ?? "")
    }

    /// Returns one line for each phase of each layer: its time per step, its share of the step, the fraction of the
    /// peak that the operations of a dense network reach in that time, and the fraction of these operations that were
    /// executed.
    private static func profile(_ result: Benchmark.Result, style: Style) -> [String] {
        var table = TextTable([.left, .right, .right, .right, .right, .right])
        table.add(
            [result.workload, "layer", "µs/step", "of step", "of peak", "executed"].map {
                TextTable.Cell($0, style.bold)
            }
        )
        let step = result.phases.reduce(0) { $0 + $1.seconds }
        for phase in result.phases {
            let peak = phase.operations / phase.seconds / (result.peakGflops * 1e9)
            table.add(
                phase.phase, phase.layer.map { Format.integer($0 + 1) } ?? "", Format.rate(phase.seconds * 1e6),
                Format.percent(phase.seconds / step, 1), phase.operations > 0 ? Format.percent(peak, 1) : "",
                phase.operations > 0 ? Format.percent(phase.executedOperations / phase.operations, 1) : "")
        }
        return table.lines
    }
}

extension Benchmark.Result {
    var json: JSON {
        .object(
            [
                .init("workload", .string(workload)), .init("processes", .integer(processes)),
                .init("threads", .integer(threads)), .init("samples_per_second", .number(samplesPerSecond)),
                .init("gflops", .number(gflops)),
                .init("peak_gflops", .number(peakGflops)), .init("fraction_of_peak", .number(fractionOfPeak)),
                .init("instruction_set", .string(instructionSet)), .init("precision", .string(precision.rawValue)),
                .init("accumulation", accumulation.map { .string($0.rawValue) } ?? .null),
            ]
                + (exchange.map {
                    [.init("exchange_share", .number($0.share)), .init("imbalance", .number($0.imbalance))]
                } ?? [])
                + (phases.isEmpty
                    ? [] : [.init("phases", .array(phases.map(\.json))), .init("plan", plan?.json ?? .null)])
        )
    }
}

extension Benchmark.PhaseTime {
    var json: JSON {
        .object([
            .init("phase", .string(phase)), .init("layer", layer.map { .integer($0 + 1) } ?? .null),
            .init("microseconds", .number(seconds * 1e6)), .init("operations", .number(operations)),
            .init("executed_operations", .number(executedOperations)),
        ])
    }
}
