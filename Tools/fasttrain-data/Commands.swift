import ArgumentParser
import FastTrainData
import ProgramSupport

/// `fasttrain-data mnist DIR -o FILE`
struct MNIST: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Converts the four IDX files of MNIST, Fashion-MNIST or KMNIST.",
        discussion: """
            The folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and \
            t10k-labels-idx1-ubyte, each as it is or packed (.gz); the spelling train-images.idx3-ubyte will do too. \
            The classes are named 0 to 9 unless --classes names them.
            """)

    @Argument(help: ArgumentHelp("The folder with the four files.", valueName: "dir"))
    var folder: String

    @OptionGroup var output: ImageOutputOptions

    func run() throws {
        try output.output.check(reading: Dataset.mnistFiles(in: folder))
        try output.write(Dataset(mnistFolder: folder, classes: output.classNames))
    }
}

/// `fasttrain-data idx --train-images F --train-labels F [--test-images F --test-labels F] -o FILE`
struct IDX: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Converts IDX files of any names.",
        discussion: """
            Images are IDX files of bytes with at least two dimensions, labels with one; each as it is or packed \
            (.gz). The classes are named 0, 1, … up to the largest label unless --classes names them.
            """)

    @Option(help: ArgumentHelp("The training rows' images.", valueName: "file"))
    var trainImages: String

    @Option(help: ArgumentHelp("The training rows' labels.", valueName: "file"))
    var trainLabels: String

    @Option(help: ArgumentHelp("The test rows' images.", valueName: "file"))
    var testImages: String?

    @Option(help: ArgumentHelp("The test rows' labels.", valueName: "file"))
    var testLabels: String?

    @OptionGroup var output: ImageOutputOptions

    func validate() throws {
        guard (testImages == nil) == (testLabels == nil) else {
            throw ValidationError("--test-images and --test-labels go together")
        }
    }

    func run() throws {
        try output.output.check(reading: [trainImages, trainLabels, testImages, testLabels])
        let images = try IDXFile(path: trainImages)
        let labels = try IDXFile(path: trainLabels, rows: images.shape[0])
        let otherImages = try testImages.map { try IDXFile(path: $0) }
        let otherLabels = try testLabels.map { try IDXFile(path: $0, rows: otherImages?.shape[0]) }
        let dataset = try Dataset(
            name: output.output.output, trainImages: images, trainLabels: labels, testImages: otherImages,
            testLabels: otherLabels, classes: output.classNames)
        try output.write(dataset)
    }
}

/// `fasttrain-data inspect FILE`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a data set, model, checkpoint or other safetensors file holds.",
        discussion: "The whole file is read, and its digest verified if it has one.")

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let description = try FileDescription(path: file)
        try Console.write(json ? description.json.text + "\n" : description.text)
    }
}
