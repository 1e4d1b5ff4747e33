/// The content of a safetensors file, as `inspect` shows it. The file may be a data set, a model or a checkpoint of
/// fasttrain, or come from another program.
package struct FileDescription: Sendable {
    /// The path of the file.
    package let path: String
    /// The size of the file in bytes.
    package let byteCount: Int
    /// The kind of the file.
    package let kind: Kind
    /// The verified digest in the file, or `nil` if there is none.
    package let digest: String?
    /// The metadata entries by name.
    package let metadata: [String: String]
    /// The tensors, in the order of the file.
    package let tensors: [TensorInfo]
    /// The data set in the file, if it is one.
    package let dataset: Dataset?
    /// How features are made from the columns of a table, if the file describes it.
    package let preprocessing: Preprocessing?

    /// The kind of a file.
    package enum Kind: String, Sendable {
        case dataset = "data set"
        case model
        case checkpoint
        /// A file that fasttrain did not write, or whose format this version does not know.
        case tensors
    }

    /// The number of learned parameters, which are the elements of all `….weight` and `….bias` tensors, or `nil` if
    /// there are none.
    package var parameterCount: Int? {
        let names = [".weight", ".bias"]
        let count = tensors.filter { tensor in names.contains { tensor.name.hasSuffix($0) } }.map(\.elementCount)
        return count.isEmpty || kind == .checkpoint ? nil : count.reduce(0, +)
    }

    /// Opens the file and reads all of it.
    ///
    /// - Throws: `.noInput` if the file does not exist, `.badData` if it is malformed or damaged, or claims to be a
    ///   data set of fasttrain but is not valid.
    package init(path: String) throws(FastTrainError) {
        let file = try SafeTensors(path: path)
        let fingerprint = try file.verifyDigest()
        self.path = path
        byteCount = file.byteCount
        digest = file.hasDigest ? digestPrefix + fingerprint : nil
        metadata = file.metadata
        tensors = file.tensors
        preprocessing = try? Preprocessing(metadata: file.metadata, file: path)
        switch file.metadata["format"] {
        case Dataset.fileFormat:
            kind = .dataset
            dataset = try Dataset(file, fingerprint: fingerprint)
        case let format? where format.hasPrefix("fasttrain.model."):
            kind = .model
            dataset = nil
        case let format? where format.hasPrefix("fasttrain.checkpoint."):
            kind = .checkpoint
            dataset = nil
        default:
            dataset = file["train.x"] == nil ? nil : try? Dataset(file, fingerprint: fingerprint)
            kind = dataset == nil ? .tensors : .dataset
        }
    }
}

// MARK: - As JSON

extension FileDescription {
    /// An object with the members `file`, `kind`, `bytes`, `digest`, `parameters`, `dataset`, `metadata` and `tensors`.
    package var json: JSON {
        var members = [
            JSON.Member("file", .string(path)),
            JSON.Member("kind", .string(kind == .dataset ? "dataset" : kind.rawValue)),
            JSON.Member("bytes", .integer(byteCount)),
            JSON.Member("digest", digest.map(JSON.string) ?? .null),
        ]
        if let parameterCount { members.append(JSON.Member("parameters", .integer(parameterCount))) }
        if let dataset { members.append(JSON.Member("dataset", dataset.json)) }
        members.append(
            JSON.Member(
                "metadata",
                .object(metadata.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })))
        members.append(
            JSON.Member(
                "tensors",
                .array(
                    tensors.map {
                        .object([
                            JSON.Member("name", .string($0.name)),
                            JSON.Member("dtype", .string($0.type.rawValue)),
                            JSON.Member("shape", .array($0.shape.map(JSON.integer))),
                            JSON.Member("offset", .integer($0.offset)),
                            JSON.Member("bytes", .integer($0.byteCount)),
                        ])
                    })))
        return .object(members)
    }
}

extension Dataset {
    /// The number of rows, the shape, the sum of the row weights if there are any and, for classes, the rows in each.
    fileprivate var json: JSON {
        var members = [
            JSON.Member("training_rows", .integer(train.count)),
            JSON.Member("test_rows", .integer(test?.count ?? 0)),
            JSON.Member("feature_shape", .array(featureShape.map(JSON.integer))),
        ]
        for (name, split) in [("training", train), ("test", test)] {
            guard let split, let weights = split.weights else { continue }
            let sum = (0..<split.count).reduce(0.0) { $0 + Double(weights[$1]) }
            members.append(JSON.Member("\(name)_weight_sum", .number(sum)))
        }
        extendLifetime(self)
        switch task {
        case .regression(let targets):
            members.append(JSON.Member("targets", .array(targets.map(JSON.string))))
        case .classification(let classes):
            func counts(_ split: DataSplit) -> JSON { .array(split.labelCounts.map(JSON.integer)) }
            members.append(JSON.Member("classes", .array(classes.map(JSON.string))))
            members.append(JSON.Member("training_rows_by_class", counts(train)))
            if let test { members.append(JSON.Member("test_rows_by_class", counts(test))) }
        }
        return .object(members)
    }
}
