import KernelDispatch

/// What a model answers for some rows.
public struct Predictions: Sendable, Equatable {
    /// Rows.
    public let count: Int
    /// Values a row.
    public let outputs: Int
    /// [count, outputs], row-major: probabilities of the classes if the model was trained by cross-entropy, else the
    /// network's outputs.
    public let values: [Float]

    /// The class with the largest value, the first of equals.
    public func bestClass(_ row: Int) -> Int {
        let first = row * outputs
        var best = first
        for index in first..<first + outputs where values[index] > values[best] { best = index }
        return best - first
    }
}

extension Model {
    /// Loss and score on rows of data that the model fits.
    ///
    /// Throws `.badData` when it does not: other features, or other classes or targets.
    public func evaluate(
        _ data: Dataset, _ split: DataSplit, threads: Int? = nil
    ) throws(FastTrainError) -> Evaluation {
        try check(data)
        return try evaluate(split, threads: threads)
    }

    /// What the model answers for rows of data whose features it fits. Throws as `evaluate`.
    public func predict(
        _ data: Dataset, _ split: DataSplit, threads: Int? = nil
    ) throws(FastTrainError) -> Predictions {
        try checkFeatures(data)
        return try predict(split, rows: (0..<split.count).map { Int32($0) }, threads: threads)
    }

    /// What the model answers for some rows, in their order; the split's features must be of the model's shape and scale.
    func predict(_ split: DataSplit, rows: [Int32], threads: Int?) throws(FastTrainError) -> Predictions {
        let forward = try forwardPass(split, threads: threads)
        let count = rows.count
        let indices = Buffer<Int32>(count: count)
        indices.base.update(from: rows, count: count)
        let outputs = forward.pass.network.outputs
        let values = Buffer<Float>(count: count * outputs)
        try Team.run(threads: forward.threads) { member throws(FastTrainError) in
            let pass = forward.pass
            pass.forEachChunk(of: member.share(of: count), member: member) { chunk, place in
                pass.gather(split.features, indices: indices.base + chunk.lowerBound - place.lowerBound, rows: place)
                pass.run(rows: place)
                pass.turnToProbabilities(rows: place)
                for (row, at) in zip(chunk, place) {
                    for column in 0..<outputs {
                        values.base[row * outputs + column] = pass.output(row: at, column: column)
                    }
                }
            }
        }
        return Predictions(count: count, outputs: outputs, values: values.array)
    }

    func evaluate(_ split: DataSplit, rows: [Int32]? = nil, threads: Int?) throws(FastTrainError) -> Evaluation {
        let forward = try forwardPass(split, threads: threads)
        let pass = EvaluationPass(
            split: split, rows: rows ?? (0..<split.count).map { Int32($0) }, task: task,
            outputs: forward.pass.network.outputs)
        try Team.run(threads: forward.threads) { member throws(FastTrainError) in
            pass.run(forward.pass, member: member)
        }
        return pass.result()
    }

    private func forwardPass(
        _ split: DataSplit, threads: Int?
    ) throws(FastTrainError) -> (pass: ForwardPass, threads: Int) {
        let threads = try checkedThreads(threads)
        let layers = parameters.layers
        let network = Network(
            inputs: layers[0].inputs, hidden: recipe.hidden, outputs: layers[layers.count - 1].outputs)
        let pass = ForwardPass(
            network: network, recipe: recipe, task: task, rows: threads * ForwardPass.rowsPerThread,
            density: FeatureDensity(split, width: network.inputs),
            kernels: .table(for: try InstructionSet.chosen()))
        pass.load(parameters)
        return (pass, threads)
    }

    private func checkFeatures(_ data: Dataset) throws(FastTrainError) {
        guard data.featureCount == parameters.layers[0].inputs else {
            throw .badData(
                file: data.name, place: .named("train.x"),
                expected: "rows of \(featureShape), as the model was trained on",
                found: "rows of \(data.featureShape)")
        }
        guard data.scale == scale else {
            func name(_ scale: Float?) -> String { scale.map { "U8 features of scale \($0)" } ?? "F32 features" }
            throw .badData(
                file: data.name, place: .named("train.x"), expected: "\(name(scale)), as the model was trained on",
                found: name(data.scale))
        }
    }

    /// Throws `.badData` unless the data has the model's features and its classes or targets.
    func check(_ data: Dataset) throws(FastTrainError) {
        try checkFeatures(data)
        guard data.task == task else {
            throw .badData(
                file: data.name, place: .named("train.y"), expected: "\(task.summary), as the model was trained on",
                found: data.task.summary)
        }
    }
}

extension Dataset.Task {
    fileprivate var summary: String {
        switch self {
        case .classification(let classes):
            "\(classes.count) classes (\(classes.prefix(3).joined(separator: ", "))\(classes.count > 3 ? ", …" : ""))"
        case .regression(let targets): "the targets \(targets.joined(separator: ", "))"
        }
    }
}
