extension Dataset {
    /// A data set from IDX files: images, and a label for each.
    ///
    /// Pixels are scaled by 1/255 where they are used. `classes` nil: classes are named by their numbers, up to the
    /// largest label. Throws `.badData` when the files do not fit each other or a label is not a class.
    public init(
        name: String, trainImages: IDXFile, trainLabels: IDXFile, testImages: IDXFile? = nil,
        testLabels: IDXFile? = nil, classes: [String]? = nil
    ) throws(FastTrainError) {
        guard (testImages == nil) == (testLabels == nil) else {
            throw .usage("test images and test labels go together")
        }
        func split(_ images: IDXFile, _ labels: IDXFile) -> RawSplit {
            RawSplit(x: RawTensor(images), y: RawTensor(labels))
        }
        let test = if let testImages, let testLabels { split(testImages, testLabels) } else { RawSplit?.none }
        try self.init(
            name: name, train: split(trainImages, trainLabels), test: test,
            task: classes.map { .classification(classes: $0) }, scale: 1 / 255)
    }

    /// Where the four files of `init(mnistFolder:)` may be.
    public static func mnistFiles(in folder: String) -> [String] {
        ["train", "t10k"].flatMap { rows in
            [("images", "idx3"), ("labels", "idx1")].flatMap { mnistFiles(in: folder, "\(rows)-\($0)", $1) }
        }
    }

    private static func mnistFiles(in folder: String, _ stem: String, _ kind: String) -> [String] {
        ["\(stem)-\(kind)-ubyte", "\(stem).\(kind)-ubyte"].flatMap { ["\(folder)/\($0)", "\(folder)/\($0).gz"] }
    }

    /// A data set from a folder with the four files of MNIST (or of Fashion-MNIST, KMNIST, …) under their usual
    /// names, each packed with gzip or not.
    ///
    /// Throws `.noInput` when one is missing, `.badData` as `Dataset(name:trainImages:…)` does.
    public init(mnistFolder folder: String, classes: [String]? = nil) throws(FastTrainError) {
        func open(_ stem: String, _ kind: String, rows: Int? = nil) throws(FastTrainError) -> IDXFile {
            let paths = Dataset.mnistFiles(in: folder, stem, kind)
            for path in paths where try System.status(path) != nil { return try IDXFile(path: path, rows: rows) }
            throw .noInput(path: paths[0], reason: "no such file, nor with .gz")
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
