import FastTrain

/// The plan of a step, as `fasttrain benchmark --profile` shows it.
enum PlanTable {
    /// Returns one line for where the plan comes from, and one for each comparison of the run.
    static func lines(_ plan: PlanSummary, of name: String, style: Style) -> [String] {
        var lines = ["\(name), plan: \(source(plan))"]
        if !plan.findings.isEmpty {
            var table = TextTable([.left, .right, .left, .right, .left, .right, .right, .left])
            table.add(
                ["comparison", "layer", "way", "µs", "other way", "µs", "ratio", "result"].map {
                    TextTable.Cell($0, style.bold)
                })
            for finding in plan.findings {
                table.add(
                    finding.subject, finding.layer.map { Format.integer($0 + 1) } ?? "", finding.kept,
                    Format.rate(finding.time * 1e6), finding.tried, Format.rate(finding.timeTried * 1e6),
                    Format.fixed(finding.ratio, 2), finding.isChanged ? "changed" : "kept")
            }
            lines += table.lines
        }
        var table = TextTable([.right, .left, .left, .left, .right])
        table.add(["layer", "input", "delta", "gradient", "block"].map { TextTable.Cell($0, style.bold) })
        for (index, layer) in plan.choices.layers.enumerated() {
            table.add(
                Format.integer(index + 1), layer.input.rawValue, layer.delta.rawValue, layer.gradient.rawValue,
                Format.integer(layer.inputsPerBlock))
        }
        return lines + table.lines + [
            "layers by panels: \(plan.choices.panelLayers), feature blocks: \(plan.choices.featureBlockWidth) columns"
        ]
    }

    private static func source(_ plan: PlanSummary) -> String {
        let cost = plan.findings.isEmpty ? "" : ", \(Format.rate(plan.seconds * 1e3)) ms lost to measuring"
        let rest = plan.isComplete ? "" : ", not all candidates measured yet"
        return switch plan.source {
        case .constants: "the constants'\(cost)\(rest)"
        case .measured: "measured\(cost)\(rest)"
        case .remembered: "remembered from an earlier run"
        }
    }
}

extension PlanSummary {
    var json: JSON {
        .object(
            [
                .init("source", .string(source.rawValue)), .init("complete", .bool(isComplete)),
                .init("measuring_seconds", .number(seconds)),
            ] + choices.jsonMembers + [
                .init("comparisons", .array(findings.map(\.json)))
            ])
    }
}

extension PlanFinding {
    var json: JSON {
        .object([
            .init("comparison", .string(subject)), .init("layer", layer.map { .integer($0 + 1) } ?? .null),
            .init("way", .string(kept)), .init("microseconds", .number(time * 1e6)),
            .init("other_way", .string(tried)), .init("other_microseconds", .number(timeTried * 1e6)),
            .init("ratio", .number(ratio)), .init("pairs", .integer(pairs)), .init("changed", .bool(isChanged)),
        ])
    }
}
