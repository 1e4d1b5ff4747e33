/// Writes a data set file row by row.
struct DatasetWriter {
    let task: Dataset.Task
    let featureCount: Int
    let hasWeights: Bool
    let trainCount: Int
    /// 0: the file has no test rows.
    let testCount: Int

    /// Writes the file, atomically, with the rows that `body` appends: as many as were promised, as features of F32. Opens it
    /// before it takes the place of what was there, which stays if the new file is no data set.
    ///
    /// Throws as `AtomicFile.write`, and what `body` throws.
    func write(
        to path: String, preprocessing: Preprocessing, _ body: (inout Rows) throws(FastTrainError) -> Void
    ) throws(FastTrainError) -> Dataset {
        let described = preprocessing.json
        guard described.valueCount <= JSONScanner.mostValues else {
            let reason = "its columns and their categories would be described by \(described.valueCount) values"
            throw .cannotCreate(path: path, reason: "\(reason), expected at most \(JSONScanner.mostValues)")
        }
        let layouts = layouts("train", trainCount) + (testCount > 0 ? layouts("test", testCount) : [])
        let metadata = Dataset.metadata(task: task, scale: nil, preprocessing: preprocessing)
        var dataset: Dataset?
        func open(_ temporary: String) throws(FastTrainError) {
            dataset = try Dataset(path: temporary, name: path)
        }
        try SafeTensorsWriter.write(streaming: layouts, metadata: metadata, to: path, check: open) {
            (streams) throws(FastTrainError) in
            var rows = Rows(self, streams)
            defer { streams = rows.streams }
            try body(&rows)
        }
        return dataset!
    }

    /// Labels in the narrowest type that holds them.
    private var labelType: TensorType { outputs == nil ? (classCount <= 256 ? .u8 : .u16) : .f32 }
    private var classCount: Int { if case .classification(let classes) = task { classes.count } else { 0 } }
    /// Numbers a row; nil for classes.
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
        /// Of the training rows and of the test rows, whether one has a weight above 0.
        private(set) var haveWeight = [false, false]
        private let writer: DatasetWriter
        private var features: [Float]

        fileprivate init(_ writer: DatasetWriter, _ streams: TensorStreams) {
            self.writer = writer
            self.streams = streams
            features = [Float](repeating: 0, count: writer.featureCount)
        }

        /// Appends the row at hand of a table to the training rows (`split` 0) or the test rows (1). Throws `.badData`
        /// with line and column, `.inputOutput`.
        mutating func append(
            _ table: Table, _ encoder: RowEncoder, weights: Int?, to split: Int
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

        /// Appends a row of features.
        mutating func append(features: [Float], to split: Int) throws(FastTrainError) {
            var failure: FastTrainError?
            features.withUnsafeBytes { bytes in
                do throws(FastTrainError) { try streams.append(bytes, to: tensor("x", split)) } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }

        /// Appends a number to be learned.
        mutating func append(target: Float, to split: Int) throws(FastTrainError) {
            try streams.append(target, to: tensor("y", split))
        }

        private func tensor(_ name: String, _ split: Int) -> Int {
            split * (writer.hasWeights ? 3 : 2) + (name == "x" ? 0 : name == "y" ? 1 : 2)
        }
    }
}
