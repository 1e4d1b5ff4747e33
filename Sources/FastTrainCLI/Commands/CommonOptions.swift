import ArgumentParser
import FastTrain

/// `--threads`, which changes the speed and never the result.
struct ThreadOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads to compute with. (default: as many as CPUs may be used)", valueName: "n"))
    var threads: Int?
}

/// How a run reports.
struct ReportOptions: ParsableArguments {
    @Flag(help: "No settings and no progress on standard error.")
    var quiet = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false
}

/// Which rows of a data set.
enum Split: String, ExpressibleByArgument, CaseIterable {
    case train, test

    /// Throws `.badData` when the data set has no such rows.
    func rows(of data: Dataset) throws(FastTrainError) -> DataSplit {
        if self == .train { return data.train }
        guard let test = data.test else {
            throw .badData(
                file: data.name, place: .file, expected: "test rows", found: "training rows only (see --split train)")
        }
        return test
    }
}
