extension Dataset {
    /// Writes the data set as a file for `Dataset(path:)` and for `safetensors` in Python. The same data always give
    /// the same bytes.
    ///
    /// - Parameters:
    ///   - path: The file to create or replace.
    ///   - description: A description for the metadata.
    ///   - licence: A licence for the metadata.
    /// - Throws: The errors of `AtomicFile.write`, and `.badData` if a file that contains the rows was modified
    ///   meanwhile.
    public func write(to path: String, description: String? = nil, licence: String? = nil) throws(FastTrainError) {
        defer { extendLifetime(self) }
        var metadata = Self.metadata(task: task, scale: scale, preprocessing: preprocessing)
        metadata["description"] = description
        metadata["licence"] = licence
        var tensors = tensors(of: train, named: "train")
        if let test { tensors += self.tensors(of: test, named: "test") }
        try SafeTensorsWriter.write(tensors, metadata: metadata, to: path) { (_) throws(FastTrainError) in
            try checkUnchanged()
        }
    }

    /// Returns the metadata of a data set file. `scale` is the scale of U8 features.
    static func metadata(task: Task, scale: Float?, preprocessing: Preprocessing?) -> [String: String] {
        var metadata = ["format": fileFormat]
        switch task {
        case .classification(let classes): metadata["classes"] = JSON.array(classes.map(JSON.string)).text
        case .regression(let targets): metadata["targets"] = JSON.array(targets.map(JSON.string)).text
        }
        if let scale { metadata["x_scale"] = String(scale) }
        metadata[Preprocessing.key] = preprocessing?.json.text
        return metadata
    }

    private func tensors(of split: DataSplit, named name: String) -> [TensorToWrite] {
        func tensor(_ suffix: String, _ type: TensorType, _ shape: [Int], _ base: UnsafeRawPointer) -> TensorToWrite {
            let bytes = UnsafeRawBufferPointer(start: base, count: shape.reduce(type.size, *))
            return TensorToWrite(name: name + suffix, type: type, shape: shape, bytes: bytes)
        }
        let shape = [split.count] + featureShape
        let x =
            switch split.features {
            case .u8(let base, _): tensor(".x", .u8, shape, base)
            case .f32(let base): tensor(".x", .f32, shape, base)
            }
        let y =
            switch split.targets {
            case .u8(let base): tensor(".y", .u8, [split.count], base)
            case .u16(let base): tensor(".y", .u16, [split.count], base)
            case .i64(let base): tensor(".y", .i64, [split.count], base)
            case .values(let base, let outputs): tensor(".y", .f32, [split.count, outputs], base)
            }
        let weights = split.weights.map { tensor(".w", .f32, [split.count], $0) }
        return [x, y] + (weights.map { [$0] } ?? [])
    }
}
