import FastTrainPictures

/// A picture of the predictions of a model with two inputs over a plane.
///
/// Each point has the color of the predicted class, stronger where the model is surer, or a color of a scale for
/// numbers. The rows of a data set can be drawn on top.
///
///     try BoundaryPicture(model, data: data).write(to: "boundary.png")
package struct BoundaryPicture: Sendable {
    /// The range of the first input, from left to right.
    package let xRange: ClosedRange<Double>
    /// The range of the second input, from bottom to top.
    package let yRange: ClosedRange<Double>

    let model: Model
    let survey: PlaneSurvey
    let output: Int
    let points: [Point]
    let axisNames: [String]

    /// A row of the data set.
    struct Point: Sendable {
        var x: Double
        var y: Double
        /// The class, or the value of the target shown.
        var value: Double
        var isTest: Bool
    }

    /// The maximum number of points; more would hide the plane.
    private static let maxPoints = 5000
    /// The margin around the data as a fraction of its extent.
    private static let margin = 0.08

    /// Evaluates a model on a grid of points.
    ///
    /// - Parameters:
    ///   - model: The model, which must have two inputs.
    ///   - name: The name of the model, for messages.
    ///   - data: The data set to draw on the plane, which also determines the ranges unless they are given.
    ///   - xRange: The range of the first input.
    ///   - yRange: The range of the second input.
    ///   - grid: The number of points along each side.
    ///   - target: The target to show if the model predicts several; `nil` for classes and for a single target.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: `.badData` if the model does not have two inputs or does not fit the data; a usage error if a range or
    ///   the target is missing or not valid.
    package init(
        _ model: Model, name: String = "the model", data: Dataset? = nil, xRange: ClosedRange<Double>? = nil,
        yRange: ClosedRange<Double>? = nil, grid: Int = 101, target: String? = nil, threads: Int? = nil
    ) throws(FastTrainError) {
        let inputs = model.parameters.layers[0].inputs
        guard inputs == 2 else {
            throw .badData(
                file: name, place: .file, expected: "a model with two inputs", found: "\(inputs)")
        }
        guard (2...2001).contains(grid) else {
            throw .invalidSetting(name: "grid", expected: "2 to 2001", found: "\(grid)")
        }
        // Each pixel needs all outputs, and they are held in memory at once.
        guard model.network.outputs <= 1000 else {
            throw .badData(
                file: name, place: .file, expected: "a model with at most 1000 outputs",
                found: "\(model.network.outputs)")
        }
        let answers = grid * grid * model.network.outputs
        guard answers <= 1 << 28 else {
            throw .invalidSetting(
                name: "grid", expected: "at most \(1 << 28) predictions in total",
                found: "\(grid) by \(grid) points with \(model.network.outputs) outputs")
        }
        output = try Self.output(named: target, of: model)
        if let data { try model.check(data.train) }
        let output = output
        let units = FeatureUnit.all(of: model)
        let points = data.map { Self.points(of: $0, units, output: output, model.targetScale(output)) } ?? []
        self.xRange = if let xRange { xRange } else { try Self.range(points.map(\.x), setting: "xRange") }
        self.yRange = if let yRange { yRange } else { try Self.range(points.map(\.y), setting: "yRange") }
        for (range, unit, setting) in [(self.xRange, units[0], "xRange"), (self.yRange, units[1], "yRange")] {
            let scaled = [range.lowerBound, range.upperBound].map { unit.scale.apply($0) * Double(model.scale ?? 1) }
            guard (range.upperBound - range.lowerBound).isFinite, scaled.allSatisfy({ Float($0).isFinite }) else {
                throw .invalidSetting(
                    name: setting, expected: "numbers within single precision", found: "\(range)")
            }
        }
        self.points = points
        survey = try PlaneSurvey(model, x: self.xRange, y: self.yRange, units: units, grid: grid, threads: threads)
        self.model = model
        axisNames = units.map(\.name)
    }

    /// Writes the picture as a PNG file, completely or, if this throws, not at all.
    ///
    /// - Throws: `.cannotCreate` if the file cannot be created; `.inputOutput` if writing fails.
    package func write(to path: String) throws(FastTrainError) {
        try AtomicFile.write(png(), to: path)
    }

    /// Returns the picture as a PNG file.
    ///
    /// - Throws: `.internalError` if zlib fails.
    package func png() throws(FastTrainError) -> [UInt8] { try drawn().png() }

    private static func output(named target: String?, of model: Model) throws(FastTrainError) -> Int {
        guard case .regression(let targets) = model.task else {
            guard target == nil else {
                throw .unsuitableSetting(
                    name: "target", reason: "`target`: this model predicts classes, not numbers")
            }
            return 0
        }
        guard let target else {
            guard targets.count > 1 else { return 0 }
            throw .invalidSetting(
                name: "target", expected: "one of \(targets.joined(separator: ", "))", found: "none")
        }
        guard let index = targets.firstIndex(of: target) else {
            throw .invalidSetting(
                name: "target", expected: "one of \(targets.joined(separator: ", "))", found: target)
        }
        return index
    }

    private static func range(_ values: [Double], setting: String) throws(FastTrainError) -> ClosedRange<Double> {
        guard let span = ClosedRange(spanning: values) else {
            throw .invalidSetting(
                name: setting, expected: "a range such as -1,1, because there is no data to derive it from", found: "")
        }
        let width = span.upperBound - span.lowerBound
        let room = width > 0 ? margin * width : 1
        return span.lowerBound - room...span.upperBound + room
    }

    /// Returns the rows of the data set as points, evenly thinned out if there are too many.
    private static func points(
        of data: Dataset, _ units: [FeatureUnit], output: Int, _ target: Preprocessing.Scale
    ) -> [Point] {
        let splits = [(data.train, false)] + (data.test.map { [($0, true)] } ?? [])
        let every = splits.reduce(0) { $0 + $1.0.count } / maxPoints + 1
        return splits.flatMap { split, isTest in
            stride(from: 0, to: split.count, by: every).map { row in
                let place = split.features(of: row)
                return Point(
                    x: units[0].scale.invert(place[0]), y: units[1].scale.invert(place[1]),
                    value: target.invert(split.target(row, output: output)), isTest: isTest)
            }
        }
    }
}
