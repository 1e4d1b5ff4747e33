/// A writer that produces a data set file row by row.
struct DatasetWriter {
    let task: Dataset.Task
    let featureCount: Int
    let hasWeights: Bool
    let trainCount: Int
    /// The number of test rows; 0 if the file has none.
    let testCount: Int

    /// Writes the file atomically and opens it. The rows that `body` appends must be as many as announced; their
    /// features are F32.
    ///
    /// The new file is opened before it replaces an existing one, which is kept if the new file is not a valid data
    /// set.
    ///
    /// - Throws: The errors of `AtomicFile.write` and of `body`.
    func write(
        to path: String, preprocessing: Preprocessing, _ body: (inout Rows) throws(FastTrainError) -> Void
    ) throws(FastTrainError) -> Dataset {
        let described = preprocessing.json
        guard described.valueCount <= JSONScanner.maxValues else {
            let reason = "the description of its columns and categories would take \(described.valueCount) values"
            throw .cannotCreate(path: path, reason: "\(reason), at most \(JSONScanner.maxValues) are allowed")
        }
        let layouts = layouts("train", trainCount) + (testCount > 0 ? layouts("test", testCount) : [])
        let metadata = Dataset.metadata(task: task, scale: nil, preprocessing: preprocessing)
        var dataset: Dataset?
        func open(_ temporary: String) throws(FastTrainError) {
            dataset = try Dataset(path: temporary, name: path, storage: .mapped)
        }
        try SafeTensorsWriter.write(streaming: layouts, metadata: metadata, to: path, check: open) {
            (streams) throws(FastTrainError) in
            var rows = Rows(self, streams)
            defer { streams = rows.streams }
            try body(&rows)
        }
        return dataset!
    }

    /// The narrowest type that holds the labels.
    private var labelType: TensorType { outputs == nil ? (classCount <= 256 ? .u8 : .u16) : .f32 }
    private var classCount: Int { if case .classification(let classes) = task { classes.count } else { 0 } }
    /// The numbers to predict per row, or `nil` for classes.
    private var outputs: Int? { if case .regression(let targets) = task { targets.count } else { nil } }

    private func layouts(_ name: String, _ count: Int) -> [TensorLayout] {
        [
            TensorLayout(name: name + ".x", type: .f32, shape: [count, featureCount]),
            TensorLayout(name: name + ".y", type: labelType, shape: [count] + (outputs.map { [$0] } ?? [])),
        ] + (hasWeights ? [TensorLayout(name: name + ".w", type: .f32, shape: [count])] : [])
    }

    /// The rows of a file that is being written.
    struct Rows {
        fileprivate var streams: TensorStreams
        /// Whether any training row, and any test row, has a weight above 0.
        private(set) var haveWeight = [false, false]
        private let writer: DatasetWriter
        private var features: [Float]

        fileprivate init(_ writer: DatasetWriter, _ streams: TensorStreams) {
            self.writer = writer
            self.streams = streams
            features = [Float](repeating: 0, count: writer.featureCount)
        }

        /// Appends the current row of a table.
        ///
        /// - Parameters:
        ///   - table: The table.
        ///   - encoder: Makes the features and targets.
        ///   - weights: The column of row weights, if any.
        ///   - split: 0 for the training rows, 1 for the test rows.
        /// - Throws: `.badData` with line and column if a field is not valid, `.inputOutput` if writing fails.
        mutating func append(
            _ table: Table, _ encoder: TableEncoder, weights: Int?, to split: Int
        ) throws(FastTrainError) {
            try features.withUnsafeMutableBufferPointer { (features) throws(FastTrainError) in
                try encoder.encode(table, into: features.baseAddress!)
            }
            try append(features: features, to: split)
            if let outputs = writer.outputs {
                for target in 0..<outputs {
                    try append(target: try encoder.value(table, target: target), to: split)
                }
            } else {
                let label = try encoder.label(table)
                if writer.labelType == .u8 {
                    try streams.append(UInt8(label), to: tensor("y", split))
                } else {
                    try streams.append(UInt16(label), to: tensor("y", split))
                }
            }
            if let weights {
                guard let weight = table.number(weights), weight >= 0, Float(weight).isFinite else {
                    throw table.fault(weights, "a weight of at least 0")
                }
                if Float(weight) > 0 { haveWeight[split] = true }
                try streams.append(Float(weight), to: tensor("w", split))
            }
        }

        /// Appends the features of a row to a split.
        mutating func append(features: [Float], to split: Int) throws(FastTrainError) {
            var failure: FastTrainError?
            features.withUnsafeBytes { bytes in
                do throws(FastTrainError) { try streams.append(bytes, to: tensor("x", split)) } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }

        /// Appends a number to predict to a split.
        mutating func append(target: Float, to split: Int) throws(FastTrainError) {
            try streams.append(target, to: tensor("y", split))
        }

        private func tensor(_ name: String, _ split: Int) -> Int {
            split * (writer.hasWeights ? 3 : 2) + (name == "x" ? 0 : name == "y" ? 1 : 2)
        }
    }
}
