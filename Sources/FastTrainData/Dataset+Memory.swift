extension Dataset {
    /// Creates a classification data set from arrays, which are copied.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in messages.
    ///   - features: The features of the training rows, `labels.count` rows of `featureShape`, row after row.
    ///   - featureShape: The shape of a row.
    ///   - labels: The class of each training row, as an index into `classes`.
    ///   - classes: The names of the classes.
    ///   - weights: The weight of each training row: finite, at least 0 and not all 0. `nil` means equal weights.
    ///   - testFeatures: The features of the test rows; empty if there are none.
    ///   - testLabels: The class of each test row.
    ///   - testWeights: The weight of each test row.
    /// - Throws: `.badData`, with `name` as the file, if sizes do not match, a label is not a class, a number is not
    ///   finite or a weight is not valid.
    public init(
        name: String, features: [Float], featureShape: [Int], labels: [Int], classes: [String],
        weights: [Float]? = nil, testFeatures: [Float] = [], testLabels: [Int] = [], testWeights: [Float]? = nil
    ) throws(FastTrainError) {
        func split(
            _ part: String, _ features: [Float], _ labels: [Int], _ weights: [Float]?
        ) throws(FastTrainError) -> RawSplit {
            let x = try Self.features(features, name, part, [labels.count] + featureShape)
            let y = Self.labels(labels, name, part)
            return RawSplit(x: x, y: y, weights: Self.weights(weights, name, part))
        }
        let hasTest = !testFeatures.isEmpty || !testLabels.isEmpty || testWeights != nil
        try self.init(
            name: name, train: split("train", features, labels, weights),
            test: hasTest ? split("test", testFeatures, testLabels, testWeights) : nil,
            task: .classification(classes: classes), scale: 1)
    }

    /// Creates a regression data set from arrays, which are copied.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in messages.
    ///   - features: The features of the training rows, row after row, each of `featureShape`.
    ///   - featureShape: The shape of a row.
    ///   - targets: The numbers to predict, `targetNames.count` per training row, row after row.
    ///   - targetNames: The names of the targets.
    ///   - weights: The weight of each training row: finite, at least 0 and not all 0. `nil` means equal weights.
    ///   - testFeatures: The features of the test rows; empty if there are none.
    ///   - testTargets: The numbers to predict for the test rows.
    ///   - testWeights: The weight of each test row.
    /// - Throws: `.badData`, with `name` as the file, if sizes do not match, a number is not finite or a weight is not
    ///   valid.
    public init(
        name: String, features: [Float], featureShape: [Int], targets: [Float], targetNames: [String],
        weights: [Float]? = nil, testFeatures: [Float] = [], testTargets: [Float] = [], testWeights: [Float]? = nil
    ) throws(FastTrainError) {
        let outputs = targetNames.count
        func split(
            _ part: String, _ features: [Float], _ targets: [Float], _ weights: [Float]?
        ) throws(FastTrainError) -> RawSplit {
            guard outputs > 0, targets.count % outputs == 0 else {
                throw .badData(
                    file: name, place: .named(part + ".y"), expected: "a multiple of \(outputs) targets",
                    found: "\(targets.count)")
            }
            let rows = targets.count / outputs
            let x = try Self.features(features, name, part, [rows] + featureShape)
            let y = Self.tensor(targets, name, part + ".y", .f32, [rows, outputs])
            return RawSplit(x: x, y: y, weights: Self.weights(weights, name, part))
        }
        let hasTest = !testFeatures.isEmpty || !testTargets.isEmpty || testWeights != nil
        try self.init(
            name: name, train: split("train", features, targets, weights),
            test: hasTest ? split("test", testFeatures, testTargets, testWeights) : nil,
            task: .regression(targets: targetNames), scale: 1)
    }

    private static func features(
        _ features: [Float], _ file: String, _ part: String, _ shape: [Int]
    ) throws(FastTrainError) -> RawTensor {
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else {
                throw .badData(file: file, place: .named(part + ".x"), expected: "a valid shape", found: "\(shape)")
            }
            count = product
        }
        guard features.count == count else {
            throw .badData(
                file: file, place: .named(part + ".x"), expected: "\(count) features for \(shape)",
                found: "\(features.count)")
        }
        return tensor(features, file, part + ".x", .f32, shape)
    }

    /// Stores labels in the narrowest type that fits.
    private static func labels(_ labels: [Int], _ file: String, _ part: String) -> RawTensor {
        let bytes = labels.compactMap(UInt8.init(exactly:))
        if bytes.count == labels.count { return tensor(bytes, file, part + ".y", .u8, [labels.count]) }
        return tensor(labels.map(Int64.init), file, part + ".y", .i64, [labels.count])
    }

    private static func weights(_ weights: [Float]?, _ file: String, _ part: String) -> RawTensor? {
        weights.map { tensor($0, file, part + ".w", .f32, [$0.count]) }
    }

    private static func tensor(
        _ elements: [some BitwiseCopyable], _ file: String, _ name: String, _ type: TensorType, _ shape: [Int]
    ) -> RawTensor {
        let memory = Memory(copying: elements)
        return RawTensor(file: file, name: name, type: type, shape: shape, bytes: memory.bytes, owner: memory)
    }
}
