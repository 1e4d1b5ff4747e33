import ArgumentParser
import FastTrainData

/// `fasttrain-data idx --train-images F --train-labels F [--test-images F --test-labels F] -o FILE`
struct IDX: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert IDX files with any names.",
        discussion: """
            Images are IDX files of bytes with at least two dimensions, labels with one, each plain or compressed \
            (.gz). Classes are named 0, 1, … up to the largest label unless --classes names them.
            """)

    @Option(help: ArgumentHelp("The images of the training rows.", valueName: "file"))
    var trainImages: String

    @Option(help: ArgumentHelp("The labels of the training rows.", valueName: "file"))
    var trainLabels: String

    @Option(help: ArgumentHelp("The images of the test rows.", valueName: "file"))
    var testImages: String?

    @Option(help: ArgumentHelp("The labels of the test rows.", valueName: "file"))
    var testLabels: String?

    @OptionGroup var output: ImageOutputOptions

    func validate() throws {
        guard (testImages == nil) == (testLabels == nil) else {
            throw ValidationError("--test-images and --test-labels must be given together")
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
