/// The predictions of a model with two inputs on a grid of points over a plane. The grid includes the ends of both
/// ranges.
struct PlaneSurvey: Sendable {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    /// The number of points along each side.
    let grid: Int
    let outputs: Int
    /// The predictions, [grid, grid, outputs]: by y from its lowest value, then by x. See `Predictions.values`.
    private let values: [Float]

    /// Evaluates a model, which must have two inputs. Throws the errors of `Model.predict`.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - x: The range of the first input.
    ///   - y: The range of the second input.
    ///   - units: The names and scales of the two features.
    ///   - grid: The number of points along each side.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    init(
        _ model: Model, x: ClosedRange<Double>, y: ClosedRange<Double>, units: [FeatureUnit], grid: Int, threads: Int?
    ) throws(FastTrainError) {
        // Points also lie between integer values, so U8 features are passed as floats that are already scaled.
        let scale = Double(model.scale ?? 1)
        var description = model.description
        description.scale = nil
        let floats = Model(description, model.parameters)
        func point(_ range: ClosedRange<Double>, _ index: Int, _ unit: FeatureUnit) -> Float {
            let value = range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(grid - 1)
            return Float(unit.scale.apply(value) * scale)
        }
        let columns = (0..<grid).map { point(x, $0, units[0]) }
        let rows = (0..<grid).map { point(y, $0, units[1]) }
        let features = rows.flatMap { row in columns.flatMap { [$0, row] } }
        let predictions = try floats.predict(features: features, threads: threads).restored
        self.x = x
        self.y = y
        self.grid = grid
        outputs = predictions.outputs
        values = predictions.values
    }

    /// Returns the values of one output at all points.
    func values(output: Int) -> [Double] {
        stride(from: output, to: values.count, by: outputs).map { Double(values[$0]) }
    }

    /// Returns the outputs at a position in the plane, given as a fraction from 0 to 1 of each side, by bilinear
    /// interpolation.
    func outputs(atX x: Double, y: Double) -> [Double] {
        let (column, right) = place(x)
        let (row, up) = place(y)
        return (0..<outputs).map { output in
            func value(_ row: Int, _ column: Int) -> Double {
                Double(values[(row * grid + column) * outputs + output])
            }
            let low = value(row, column) * (1 - right) + value(row, column + 1) * right
            let high = value(row + 1, column) * (1 - right) + value(row + 1, column + 1) * right
            return low * (1 - up) + high * up
        }
    }

    private func place(_ share: Double) -> (index: Int, rest: Double) {
        let place = share * Double(grid - 1)
        let index = min(max(Int(place), 0), grid - 2)
        return (index, place - Double(index))
    }
}
