extension Dataset {
    /// Creates a data set from IDX files of images and their labels. Pixels are scaled by 1/255 when they are used.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in messages.
    ///   - trainImages: The training images.
    ///   - trainLabels: The labels of the training images.
    ///   - testImages: The test images, if any.
    ///   - testLabels: The labels of the test images, if any.
    ///   - classes: The names of the classes, or `nil` to name them by their numbers, up to the largest label.
    /// - Throws: `.badData` if the files do not match each other or a label is not a class, `.invalidUse` if test
    ///   images or test labels are missing.
    package init(
        name: String, trainImages: IDXFile, trainLabels: IDXFile, testImages: IDXFile? = nil,
        testLabels: IDXFile? = nil, classes: [String]? = nil
    ) throws(FastTrainError) {
        guard (testImages == nil) == (testLabels == nil) else {
            throw .invalidUse("test images and test labels must be given together")
        }
        func split(_ images: IDXFile, _ labels: IDXFile) -> RawSplit {
            RawSplit(x: RawTensor(images), y: RawTensor(labels))
        }
        let test = if let testImages, let testLabels { split(testImages, testLabels) } else { RawSplit?.none }
        try self.init(
            name: name, train: split(trainImages, trainLabels), test: test,
            task: classes.map { .classification(classes: $0) }, scale: 1 / 255)
    }

    /// Returns the possible paths of the four files that `init(mnistFolder:)` reads.
    package static func mnistFiles(in folder: String) -> [String] {
        ["train", "t10k"].flatMap { rows in
            [("images", "idx3"), ("labels", "idx1")].flatMap { mnistFiles(in: folder, "\(rows)-\($0)", $1) }
        }
    }

    private static func mnistFiles(in folder: String, _ stem: String, _ kind: String) -> [String] {
        ["\(stem)-\(kind)-ubyte", "\(stem).\(kind)-ubyte"].flatMap { ["\(folder)/\($0)", "\(folder)/\($0).gz"] }
    }

    /// Creates a data set from a folder with the four files of MNIST (or Fashion-MNIST, KMNIST, …) under their usual
    /// names, each compressed with gzip or not.
    ///
    /// - Parameters:
    ///   - folder: The folder with the files.
    ///   - classes: The names of the ten classes, by default their digits.
    ///   - storage: Whether uncompressed files are mapped or read into memory.
    /// - Throws: `.noInput` if a file is missing, `.badData` like
    ///   `init(name:trainImages:trainLabels:testImages:testLabels:classes:)`.
    public init(
        mnistFolder folder: String, classes: [String]? = nil, storage: FileStorage = .mapped
    ) throws(FastTrainError) {
        func open(_ stem: String, _ kind: String, rows: Int? = nil) throws(FastTrainError) -> IDXFile {
            let paths = Dataset.mnistFiles(in: folder, stem, kind)
            for path in paths where try System.status(path) != nil {
                return try IDXFile(path: path, rows: rows, storage: storage)
            }
            throw .noInput(path: paths[0], reason: "no such file, with or without .gz")
        }
        let trainImages = try open("train-images", "idx3")
        let trainLabels = try open("train-labels", "idx1", rows: trainImages.shape[0])
        let testImages = try open("t10k-images", "idx3")
        let testLabels = try open("t10k-labels", "idx1", rows: testImages.shape[0])
        try self.init(
            name: folder, trainImages: trainImages, trainLabels: trainLabels, testImages: testImages,
            testLabels: testLabels,
            classes: classes ?? (0..<10).map(String.init))
    }
}

extension RawTensor {
    fileprivate init(_ file: IDXFile) {
        self.init(file: file.name, name: "", type: .u8, shape: file.shape, bytes: file.bytes, owner: file.owner)
    }
}
