import FastTrain
import ProgramSupport

/// The result of a learning-rate range test.
struct RateResult: SessionResult {
    var curve: RateCurve
    /// The files that the curve was written to.
    var files: [String]

    var json: JSON { curve.json }

    func text(width: Int, style: Style) -> String {
        var lines = table(style: style) + ["", ending]
        if let valley = curve.valley {
            lines.append("use it with: --learning-rate \(RateCurve.text(valley.rate))")
        }
        for file in files { lines.append("the curve: \(file.printable)") }
        return lines.joined(separator: "\n")
    }

    private func table(style: Style) -> [String] {
        guard let valley = curve.valley, let steepest = curve.steepest, let lowest = curve.lowest else {
            return ["no suggestion: the loss never fell below its initial value"]
        }
        var table = TextTable([.left, .right, .right, .left], gap: 3)
        table.add(["", "learning rate", "loss", ""].map { TextTable.Cell($0, style.dim) })
        func add(
            _ name: String, _ point: RateCurve.Point, _ text: String, _ paint: @escaping (String) -> String = { $0 }
        ) {
            table.add([
                TextTable.Cell(name), TextTable.Cell(RateCurve.text(point.rate), paint),
                TextTable.Cell(Format.loss(point.smoothed)),
                TextTable.Cell(text, style.dim),
            ])
        }
        add("valley", valley, "the middle of the longest fall, which is the suggestion", style.bold)
        add("steepest", steepest, "where the loss falls fastest")
        add("lowest", lowest, "at higher rates the loss rises")
        return table.lines
    }

    private var ending: String {
        let steps = "\(Format.integer(curve.points.count)) of \(Format.count(curve.test.steps, "step"))"
        let rates =
            "learning rates from \(RateCurve.text(curve.test.from)) to \(RateCurve.text(curve.points.last?.rate ?? curve.test.from))"
        return curve.isCutShort ? "the loss exploded after \(steps), \(rates)" : "\(steps), \(rates)"
    }

    func interruption(by signal: Int32) -> String {
        "interrupted by \(SignalFlag.name(signal)) after \(Format.count(curve.points.count, "step")); nothing was written"
    }
}
