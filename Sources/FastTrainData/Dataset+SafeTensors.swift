#if MNISTSample
    import CSample
#endif

extension Dataset {
    /// The metadata entry `format` of a data set file.
    package static let fileFormat = "fasttrain.dataset.v1"

    /// Opens a data set file.
    ///
    /// The file contains the tensors `train.x` and `train.y`, `test.x` and `test.y` if there are test rows, and
    /// `train.w` and `test.w` if rows have weights. The whole file is read once to verify its digest.
    ///
    /// A file that another program wrote needs only tensors with these names. Its classes are named by their numbers,
    /// and U8 features are not scaled unless there is a metadata entry `x_scale`.
    ///
    /// - Parameters:
    ///   - path: The file to open.
    ///   - storage: Whether the file is mapped, which is fastest but relies on no one truncating it, or read into
    ///     memory. Elements keep their type: U8 features take one byte each.
    /// - Throws: `.noInput` if the file does not exist, `.badData` if it is not a valid data set, `.inputOutput` if it
    ///   cannot be read.
    public init(path: String, storage: FileStorage = .mapped) throws(FastTrainError) {
        try self.init(path: path, name: path, storage: storage)
    }

    /// Opens the data set file at `path`, which is called `name` in messages.
    init(path: String, name: String, storage: FileStorage) throws(FastTrainError) {
        let file = try Self.open(path, name, storage)
        try self.init(file, fingerprint: file.verifyDigest())
    }

    private static func open(
        _ path: String, _ name: String, _ storage: FileStorage
    ) throws(FastTrainError) -> SafeTensors {
        do throws(FastTrainError) {
            return try SafeTensors(path: path, name: name, storage: storage)
        } catch {
            guard case .badData = error, CSVFormat.isTable(path) else { throw error }
            throw .badData(
                file: path, place: .file, expected: "a data set",
                found: "text, possibly a table (to make a data set of it: fasttrain-data csv)")
        }
    }

    /// Returns the data set built into the program: 5,000 images of MNIST, 28×28, with 400 training rows and 100 test
    /// rows for each digit.
    ///
    /// - Throws: `.noInput` if the package was built without its trait `MNISTSample`.
    public static func mnistSample() throws(FastTrainError) -> Dataset {
        let name = "built-in MNIST sample"
        #if MNISTSample
            let bytes = UnsafeRawBufferPointer(start: ft_mnist_sample(), count: ft_mnist_sample_size())
            let file = try SafeTensors(bytes: bytes, name: name)
            // A test verifies the digest instead: the sample cannot be damaged unless the program is.
            return try Dataset(file, fingerprint: String(file.metadata[digestKey]?.dropFirst(digestPrefix.count) ?? ""))
        #else
            throw .noInput(path: name, reason: "this program was built without it (trait MNISTSample)")
        #endif
    }

    /// Opens a data set file, or the built-in sample if `path` is `nil`.
    package static func open(_ path: String?) throws(FastTrainError) -> Dataset {
        if let path { try Dataset(path: path) } else { try mnistSample() }
    }

    /// Creates a data set from the tensors and metadata of a file.
    init(_ file: SafeTensors, fingerprint: String) throws(FastTrainError) {
        guard !file.isOurs || file.metadata["format"] == Self.fileFormat else {
            throw .badData(
                file: file.name, place: .named("format"), expected: Self.fileFormat,
                found: file.metadata["format"] ?? "none")
        }
        func tensor(_ name: String) -> RawTensor? {
            file[name].map {
                RawTensor(
                    file: file.name, name: name, type: $0.type, shape: $0.shape, bytes: file.bytes(of: $0), owner: file)
            }
        }
        func split(_ name: String) throws(FastTrainError) -> RawSplit? {
            let weights = tensor(name + ".w")
            switch (tensor(name + ".x"), tensor(name + ".y")) {
            case (let x?, let y?): return RawSplit(x: x, y: y, weights: weights)
            case (nil, nil) where weights == nil: return nil
            case (let x, _):
                throw .badData(
                    file: file.name, place: .named(name + (x == nil ? ".x" : ".y")),
                    expected: "both \(name).x and \(name).y", found: "no such tensor")
            }
        }
        guard let train = try split("train") else {
            throw .badData(
                file: file.name, place: .named("train.x"), expected: "a data set with tensors train.x and train.y",
                found: "no such tensor")
        }
        try self.init(
            name: file.name, train: train, test: split("test"), task: Self.task(file),
            scale: Self.scale(file, train.x.type),
            preprocessing: Preprocessing(metadata: file.metadata, file: file.name), fingerprint: fingerprint)
    }

    private static func task(_ file: SafeTensors) throws(FastTrainError) -> Task? {
        func names(_ key: String) throws(FastTrainError) -> [String]? {
            guard let text = file.metadata[key] else { return nil }
            guard case .array(let values)? = try? JSON(parsing: text, file: file.name),
                case let names = values.compactMap({ if case .string(let name) = $0 { name } else { nil } }),
                names.count == values.count
            else {
                throw .badData(file: file.name, place: .named(key), expected: "a JSON list of names", found: text)
            }
            return names
        }
        switch (try names("classes"), try names("targets")) {
        case (let classes?, nil): return .classification(classes: classes)
        case (nil, let targets?): return .regression(targets: targets)
        case (nil, nil):
            guard file.isOurs else { return nil }
            throw .badData(file: file.name, place: .named("classes"), expected: "classes or targets", found: "neither")
        case (.some, .some):
            throw .badData(file: file.name, place: .named("targets"), expected: "classes or targets", found: "both")
        }
    }

    /// Returns the scale of U8 features, which is 1 if none is given.
    private static func scale(_ file: SafeTensors, _ type: TensorType) throws(FastTrainError) -> Float {
        guard let text = file.metadata["x_scale"] else {
            guard file.isOurs, type == .u8 else { return 1 }
            throw .badData(
                file: file.name, place: .named("x_scale"), expected: "the scale of U8 features", found: "none")
        }
        guard let scale = Float(text), scale > 0, (scale * 255).isFinite else {
            throw .badData(
                file: file.name, place: .named("x_scale"),
                expected: "a positive number that stays finite when multiplied by 255", found: "\"\(text)\"")
        }
        guard type == .u8 || scale == 1 else {
            throw .badData(
                file: file.name, place: .named("x_scale"), expected: "no scale, because train.x is not U8", found: text)
        }
        return scale
    }
}
