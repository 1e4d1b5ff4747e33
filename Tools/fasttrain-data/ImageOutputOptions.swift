import ArgumentParser
import FastTrainData

/// The options of the commands that write a data set of images.
struct ImageOutputOptions: ParsableArguments {
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The names of the classes in the order of their labels, separated by commas.", valueName: "a,b,…"))
    var classes: String?

    func validate() throws {
        guard let names = classNames else { return }
        guard !names.contains("") else { throw ValidationError("--classes contains an empty name") }
        guard Set(names).count == names.count else { throw ValidationError("--classes contains a name twice") }
    }

    /// The names in `classes`.
    var classNames: [String]? { classes?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }

    /// Writes `dataset` and reports it on standard output.
    func write(_ dataset: Dataset) throws {
        try dataset.write(to: output.output)
        try output.report(dataset)
    }
}
