/// The rows of one part of a data set in memory that another program fills and owns.
package struct ForeignRows {
    /// The number of rows.
    package let count: Int
    /// The features, [count, features of a row], row-major.
    package let features: UnsafeRawPointer
    /// The type of the features.
    package let featuresType: TensorType
    /// The labels, [count], or the numbers to predict, [count, targets].
    package let targets: UnsafeRawPointer
    /// The type of the targets: F32 for numbers, another for labels.
    package let targetsType: TensorType
    /// The weight of each row, or `nil` if all rows have the same weight.
    package let weights: UnsafePointer<Float>?
    /// The object that keeps the memory as it is for as long as the data set lives.
    package let owner: any AnyObject & Sendable

    /// Creates a description of rows from its parts.
    package init(
        count: Int, features: UnsafeRawPointer, featuresType: TensorType, targets: UnsafeRawPointer,
        targetsType: TensorType, weights: UnsafePointer<Float>?, owner: any AnyObject & Sendable
    ) {
        self.count = count
        self.features = features
        self.featuresType = featuresType
        self.targets = targets
        self.targetsType = targetsType
        self.weights = weights
        self.owner = owner
    }

    /// Returns the tensors, which are not copied.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in errors.
    ///   - part: "train" or "test".
    ///   - shape: The shape of the features of a row.
    ///   - targetCount: The number of targets of a row, if they are numbers.
    fileprivate func split(
        _ name: String, _ part: String, shape: [Int], targetCount: Int
    ) throws(FastTrainError) -> RawSplit {
        func tensor(
            _ suffix: String, _ type: TensorType, _ shape: [Int], _ base: UnsafeRawPointer
        ) throws(FastTrainError) -> RawTensor {
            var bytes = type.size
            for extent in shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else {
                    throw .badData(
                        file: name, place: .named(part + suffix), expected: "a valid shape", found: "\(shape)")
                }
                bytes = product
            }
            return RawTensor(
                file: name, name: part + suffix, type: type, shape: shape,
                bytes: UnsafeRawBufferPointer(start: base, count: bytes), owner: owner)
        }
        return RawSplit(
            x: try tensor(".x", featuresType, [count] + shape, features),
            y: try tensor(".y", targetsType, targetsType == .f32 ? [count, targetCount] : [count], targets),
            weights: try weights.map { base throws(FastTrainError) in
                try tensor(".w", .f32, [count], UnsafeRawPointer(base))
            })
    }
}

extension Dataset {
    /// Creates a data set of rows in memory, which are not copied.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in messages.
    ///   - featureShape: The shape of a row.
    ///   - task: The quantity to learn; `nil` means what the targets imply: as many classes as the largest label asks for, or
    ///     one number a row.
    ///   - scale: The factor of U8 features.
    ///   - train: The rows to train on.
    ///   - test: The rows to test on, if there are any.
    /// - Throws: `.badData`, with `name` as the file, if the rows do not fit together, a label is not a class, a number is
    ///   not finite or a weight is not valid.
    package init(
        name: String, featureShape: [Int], task: Task?, scale: Float, train: ForeignRows, test: ForeignRows?
    ) throws(FastTrainError) {
        let targetCount = if case .regression(let targets) = task { targets.count } else { 1 }
        func split(_ rows: ForeignRows, _ part: String) throws(FastTrainError) -> RawSplit {
            try rows.split(name, part, shape: featureShape, targetCount: targetCount)
        }
        try self.init(
            name: name, train: split(train, "train"),
            test: test.map { rows throws(FastTrainError) in try split(rows, "test") }, task: task, scale: scale)
    }
}
