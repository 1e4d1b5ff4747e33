import ArgumentParser
import FastTrainData

/// `fasttrain-data mnist DIR -o FILE`
struct MNIST: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert the four IDX files of MNIST, Fashion-MNIST or KMNIST.",
        discussion: """
            The folder contains train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and \
            t10k-labels-idx1-ubyte, each plain or compressed (.gz). The spelling train-images.idx3-ubyte is accepted, \
            too. Classes are named 0 to 9 unless --classes names them.
            """)

    @Argument(help: ArgumentHelp("The folder with the four files.", valueName: "dir"))
    var folder: String

    @OptionGroup var output: ImageOutputOptions

    func run() throws {
        try output.output.check(reading: Dataset.mnistFiles(in: folder))
        try output.write(Dataset(mnistFolder: folder, classes: output.classNames))
    }
}
