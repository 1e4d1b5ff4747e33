import FastTrain

/// The results of `fasttrain benchmark --predict` as text and as JSON.
enum PredictionBenchmarkTable {
    static func text(_ results: [PredictionBenchmark.Result], style: Style) -> String {
        var latencies = TextTable([.left, .left, .right, .right, .right, .right])
        let heads = ["network", "rows", "weights", "one row, µs", "99%", "to read weights"]
        latencies.add(heads.map { TextTable.Cell($0, style.bold) })
        for result in results {
            latencies.add(
                result.network, result.rows, Format.fixed(Double(result.weightBytes) / 1e6, 3) + " MB",
                microseconds(result.median),
                microseconds(result.percentile99), microseconds(result.bound))
        }
        let batches = results.first?.rates.map(\.batch) ?? []
        var rates = TextTable([.left, .left] + batches.map { _ in .right })
        rates.add(
            (["rows/s, one thread", "rows"] + batches.map { Format.integer($0) + ($0 == 1 ? " row" : " rows") }).map {
                TextTable.Cell($0, style.bold)
            })
        for result in results {
            let cells = [result.network, result.rows] + result.rates.map { Format.rate($0.rowsPerSecond) }
            rates.add(cells.map { TextTable.Cell($0) })
        }
        let machine = results.first.map {
            ["", "instruction set: \($0.instructionSet)", "precision: \($0.precision.rawValue)"]
        }
        return (latencies.lines + [""] + rates.lines + (machine ?? [])).joined(separator: "\n")
    }

    private static func microseconds(_ seconds: Double) -> String { Format.fixed(seconds * 1e6, 2) }
}

extension PredictionBenchmark.Result {
    var json: JSON {
        .object([
            .init("network", .string(network)), .init("rows", .string(rows)),
            .init("weight_bytes", .integer(weightBytes)),
            .init("median_microseconds", .number(median * 1e6)),
            .init("percentile_99_microseconds", .number(percentile99 * 1e6)),
            .init("weight_reading_microseconds", .number(bound * 1e6)),
            .init("bandwidth_bytes_per_second", .number(bandwidth)),
            .init(
                "rows_per_second",
                .array(
                    rates.map {
                        .object([
                            .init("batch", .integer($0.batch)), .init("rows_per_second", .number($0.rowsPerSecond)),
                        ])
                    })),
            .init("instruction_set", .string(instructionSet)), .init("precision", .string(precision.rawValue)),
        ])
    }
}
