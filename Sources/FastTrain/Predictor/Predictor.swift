/// A model prepared for predictions at low latency, such as those of a server.
///
/// The weights are packed once, when the predictor is created. After that a prediction for a few rows makes no system
/// call and, except in the conveniences that return arrays, allocates no memory. Any number of tasks and threads may
/// use one predictor at the same time: each call takes memory of its own from a pool without locks, which grows to as
/// many calls as were ever made at once.
///
///     let predictor = try Predictor(Model(path: "iris.safetensors"))
///     let probabilities = try predictor.predict([5.1, 3.5, 1.4, 0.2])
///     let species = predictor.classes[try predictor.predictClass([5.1, 3.5, 1.4, 0.2])]
///
/// Predictions are those of `Model.predict`, to the bit, however many rows are predicted at once and on any number of
/// threads.
public struct Predictor: Sendable {
    /// The number of features of a row.
    public let inputs: Int
    /// The number of values predicted for a row: the number of classes, also if there are two, or the number of
    /// targets.
    public let outputs: Int
    /// The task, with the names of its classes or targets.
    public let task: Dataset.Task
    /// The factor that U8 features are multiplied by; `nil` if the model takes F32 features.
    public let scale: Float?
    /// Whether the values predicted are probabilities of the classes or labels.
    public let hasProbabilities: Bool
    /// The encoder for rows of the table that the model was trained on; `nil` if it was not trained on a table.
    public let encoder: RowEncoder?
    let core: PredictorCore
    /// The scale of each target in the table; empty if none is scaled.
    private let targetScales: [Preprocessing.Scale]

    /// Prepares a model for predictions.
    ///
    /// - Throws: `.invalidUse` if the environment variable `FASTTRAIN_ISA` names an instruction set that the CPU does not
    ///   have.
    public init(_ model: Model) throws(FastTrainError) {
        self.init(model, core: try PredictorCore(model))
    }

    init(_ model: Model, core: PredictorCore) {
        self.core = core
        inputs = core.inputs
        outputs = core.outputs
        task = model.task
        scale = model.scale
        hasProbabilities = model.hasProbabilities
        encoder = model.preprocessing.map { RowEncoder($0) }
        targetScales = model.targetScales
    }

    /// The names of the classes, in the order of the values predicted; empty if the model predicts numbers or labels.
    public var classes: [String] {
        if case .classification(let classes) = task { classes } else { [] }
    }

    // MARK: - Rows of features

    /// Predicts one row or several rows of F32 features.
    ///
    /// - Parameters:
    ///   - features: The features, [rows, inputs], row-major, prepared like those that the model was trained on.
    ///   - output: Receives the predictions, [rows, outputs], row-major: probabilities of the classes or labels if
    ///     `hasProbabilities`, otherwise numbers as the model's data set holds them. Its content is undefined if this
    ///     throws.
    ///   - threads: The number of threads. `nil` means one thread unless there are very many rows.
    /// - Throws: `.invalidUse` if the numbers of features and predictions are not those of the same whole number of rows, or
    ///   if the model takes U8 features; `.badData` if a feature is not finite.
    public func predict(
        _ features: Span<Float>, into output: inout MutableSpan<Float>, threads: Int? = nil
    ) throws(FastTrainError) {
        try expect(features.count, into: output.count)
        try expectFeatures(areBytes: false)
        try features.withUnsafeBufferPointer { (features) throws(FastTrainError) in
            try core.checkFinite(features)
            try predict(.f32(features.baseAddress!), into: &output, threads: threads)
        }
    }

    /// Predicts one row or several rows of U8 features, for a model that was trained on such features.
    ///
    /// - Parameters:
    ///   - features: The features, [rows, inputs], row-major. The model scales them.
    ///   - output: Receives the predictions, [rows, outputs], as for F32 features.
    ///   - threads: The number of threads. `nil` means one thread unless there are very many rows.
    /// - Throws: `.invalidUse` if the numbers of features and predictions are not those of the same whole number of rows, or
    ///   if the model takes F32 features.
    public func predict(
        _ features: Span<UInt8>, into output: inout MutableSpan<Float>, threads: Int? = nil
    ) throws(FastTrainError) {
        try expect(features.count, into: output.count)
        try expectFeatures(areBytes: true)
        try features.withUnsafeBufferPointer { (features) throws(FastTrainError) in
            try predict(.u8(features.baseAddress!, scale: scale ?? 1), into: &output, threads: threads)
        }
    }

    /// Returns the predictions, [rows, outputs], for one row or several rows of F32 features, [rows, inputs].
    ///
    /// - Throws: The errors of `predict(_:into:threads:)`.
    public func predict(_ features: [Float], threads: Int? = nil) throws(FastTrainError) -> [Float] {
        var values = [Float](repeating: 0, count: try rows(features.count) * outputs)
        var output = values.mutableSpan
        try predict(features.span, into: &output, threads: threads)
        return values
    }

    /// Returns the predictions, [rows, outputs], for one row or several rows of U8 features, [rows, inputs].
    ///
    /// - Throws: The errors of `predict(_:into:threads:)`.
    public func predict(_ features: [UInt8], threads: Int? = nil) throws(FastTrainError) -> [Float] {
        var values = [Float](repeating: 0, count: try rows(features.count) * outputs)
        var output = values.mutableSpan
        try predict(features.span, into: &output, threads: threads)
        return values
    }

    /// Returns the class predicted for one row of F32 features, as an index into `classes`: the class with the largest
    /// value, and the first one among equals.
    ///
    /// - Throws: `.invalidUse` if the model is no classifier, takes U8 features, or `row` has another number of features;
    ///   `.badData` if a feature is not finite.
    public func predictClass(_ row: Span<Float>) throws(FastTrainError) -> Int {
        try expectOneRow(row.count)
        try expectFeatures(areBytes: false)
        return try row.withUnsafeBufferPointer { (row) throws(FastTrainError) in
            try core.checkFinite(row)
            return core.bestClass(.f32(row.baseAddress!))
        }
    }

    /// Returns the class predicted for one row of U8 features, as an index into `classes`: the class with the largest
    /// value, and the first one among equals.
    ///
    /// - Throws: `.invalidUse` if the model is no classifier, takes F32 features, or `row` has another number of features.
    public func predictClass(_ row: Span<UInt8>) throws(FastTrainError) -> Int {
        try expectOneRow(row.count)
        try expectFeatures(areBytes: true)
        return row.withUnsafeBufferPointer { core.bestClass(.u8($0.baseAddress!, scale: scale ?? 1)) }
    }

    /// Returns the class predicted for one row of F32 features; see `predictClass(_:)` of a span.
    public func predictClass(_ row: [Float]) throws(FastTrainError) -> Int { try predictClass(row.span) }

    /// Returns the class predicted for one row of U8 features; see `predictClass(_:)` of a span.
    public func predictClass(_ row: [UInt8]) throws(FastTrainError) -> Int { try predictClass(row.span) }

    /// Returns the predictions for rows of F32 features, [rows, inputs], with what `Predictions.restored` needs.
    ///
    /// - Throws: The errors of `predict(_:into:threads:)`.
    package func predictions(_ features: [Float], threads: Int?) throws(FastTrainError) -> Predictions {
        let values = try predict(features, threads: threads)
        return Predictions(count: values.count / outputs, outputs: outputs, values: values, scales: targetScales)
    }

    private func predict(
        _ features: Features, into output: inout MutableSpan<Float>, threads: Int?
    ) throws(FastTrainError) {
        try output.withUnsafeMutableBufferPointer { (output) throws(FastTrainError) in
            try core.predict(
                features, rows: output.count / outputs, indices: nil, into: output.baseAddress!, threads: threads)
        }
    }

    // MARK: - Rows of a table

    /// Returns the predictions for a row of the table that the model was trained on, in the units of the table.
    ///
    ///     let price = try predictor.predict(["area": 84.5, "city": "Rome", "rooms": nil])[0]
    ///
    /// - Parameter row: The values by the names of their columns, in any order. The columns to predict may be among
    ///   them and are ignored.
    /// - Throws: `.badData` that names the column if one is missing or unknown, or its value is not valid; `.invalidUse` if
    ///   the model was not trained on a table, or on a time series.
    public func predict(_ row: [String: TableValue]) throws(FastTrainError) -> [Float] {
        try restored(predict(tableEncoder.encode(row)))
    }

    /// Returns the class predicted for a row of the table that the model was trained on, as an index into `classes`.
    ///
    /// - Parameter row: The values by the names of their columns, as for `predict(_:)`.
    /// - Throws: The errors of `predict(_:)` for such a row; `.invalidUse` if the model is no classifier.
    public func predictClass(_ row: [String: TableValue]) throws(FastTrainError) -> Int {
        try predictClass(tableEncoder.encode(row))
    }

    /// Returns the forecast that follows a window of a time series, in the units of the table.
    ///
    /// - Parameter window: The last rows of the series, oldest first: as many as the model's windows have, each as for
    ///   `predict(_:)`.
    /// - Throws: `.badData` that names the column if one is missing or unknown, or its value is not valid; `.invalidUse` if
    ///   the model was not trained on a time series, or if the number of rows is not that of a window.
    public func predict(window: [[String: TableValue]]) throws(FastTrainError) -> [Float] {
        try restored(predict(tableEncoder.encode(window: window)))
    }

    private var tableEncoder: RowEncoder {
        get throws(FastTrainError) {
            guard let encoder else { throw .invalidUse("the model was not trained on a table: pass its features") }
            return encoder
        }
    }

    /// Returns predictions in the units of the table.
    private func restored(_ values: [Float]) -> [Float] {
        targetScales.isEmpty ? values : zip(targetScales, values).map { Float($0.invert(Double($1))) }
    }

    // MARK: - Checks

    private func rows(_ features: Int) throws(FastTrainError) -> Int {
        guard features > 0, features % inputs == 0 else {
            throw .invalidUse("expected rows of \(inputs) features, found \(features) numbers")
        }
        return features / inputs
    }

    private func expect(_ features: Int, into output: Int) throws(FastTrainError) {
        let rows = try rows(features)
        guard output == rows * outputs else {
            throw .invalidUse("expected room for \(rows) × \(outputs) predictions, found \(output)")
        }
    }

    private func expectOneRow(_ features: Int) throws(FastTrainError) {
        guard case .classification = task else { throw .invalidUse("the model predicts numbers, not classes") }
        guard features == inputs else {
            throw .invalidUse("expected a row of \(inputs) features, found \(features) numbers")
        }
    }

    private func expectFeatures(areBytes: Bool) throws(FastTrainError) {
        guard areBytes == (scale != nil) else {
            func name(_ areBytes: Bool) -> String { areBytes ? "U8" : "F32" }
            throw .invalidUse(
                "expected \(name(!areBytes)) features, which the model was trained on, found \(name(areBytes))")
        }
    }
}
