import ArgumentParser
import FastTrainData
import Platform

/// `fasttrain-data download mnist|fashion-mnist [--mirror URL] -o FILE`
struct Download: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Download and convert MNIST or Fashion-MNIST.",
        discussion: """
            The files are downloaded from public mirrors with the program curl. If a mirror fails, or its file is not \
            the published one (by its SHA-256), the next mirror is tried. The files are kept in the folder \
            FILE.download until all are complete, so that an interrupted download continues from there.
            """)

    @Argument(help: ArgumentHelp("The data set to download.", valueName: "name"))
    var collection: Collection

    @Option(
        help: ArgumentHelp(
            "The URL of a folder with the four files (.gz), in place of the default mirrors. May be repeated.",
            valueName: "url"))
    var mirror: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        let mirrors = (mirror.isEmpty ? collection.mirrors : mirror).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        let folders = mirrors.filter { $0.hasPrefix("file://") }.map { $0.dropFirst("file://".count) }
        try output.check(reading: folders.flatMap { folder in collection.files.map { "\(folder)\($0.name).gz" } })
        let folder = DownloadFolder(path: output.output + ".download")
        let lock = try folder.make()
        defer {
            folder.removeIfEmpty()
            close(lock)
        }
        for file in collection.files { try folder.fetch(file, from: mirrors) }
        let dataset = try Dataset(mnistFolder: folder.path, classes: collection.classes)
        try dataset.write(to: output.output)
        folder.remove(collection.files)
        try output.report(dataset)
    }
}
