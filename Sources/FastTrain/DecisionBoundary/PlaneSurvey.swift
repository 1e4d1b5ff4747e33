/// What a model of two inputs answers all over a plane: on a grid of points, ends of the ranges included.
struct PlaneSurvey: Sendable {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    /// Points along each side.
    let grid: Int
    let outputs: Int
    /// [grid, grid, outputs]: y from its lowest on, then x. As `Predictions.values`.
    private let values: [Float]

    /// `units`: of the two features. Throws as `Model.predict`; the model must have two inputs.
    init(
        _ model: Model, x: ClosedRange<Double>, y: ClosedRange<Double>, units: [FeatureUnit], grid: Int, threads: Int?
    ) throws(FastTrainError) {
        // The points lie between those of bytes, too: features of a scale are taken as floats that have it already.
        let scale = Double(model.scale ?? 1)
        let floats = Model(
            recipe: model.recipe, featureShape: model.featureShape, scale: nil, task: model.task,
            parameters: model.parameters)
        func point(_ range: ClosedRange<Double>, _ index: Int, _ unit: FeatureUnit) -> Float {
            let value = range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(grid - 1)
            return Float(unit.scale.apply(value) * scale)
        }
        let columns = (0..<grid).map { point(x, $0, units[0]) }
        let rows = (0..<grid).map { point(y, $0, units[1]) }
        let features = rows.flatMap { row in columns.flatMap { [$0, row] } }
        let predictions = try floats.predict(features: features, threads: threads).restored(by: model)
        self.x = x
        self.y = y
        self.grid = grid
        outputs = predictions.outputs
        values = predictions.values
    }

    /// The values of an output at all points.
    func values(output: Int) -> [Double] {
        stride(from: output, to: values.count, by: outputs).map { Double(values[$0]) }
    }

    /// The outputs at a place of the plane, each side from 0 to 1: between the points of the grid by straight lines.
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
