import ArgumentParser
import FastTrainData
import ProgramSupport

/// The option for the output file of a data set.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The data set file to write.", valueName: "file"))
    var output: String

    /// Throws if the output file is also an input, or is one of the files of a run.
    func check(reading inputs: [String?]) throws(FastTrainError) {
        try OutputFile.check(output, reading: inputs.compactMap(\.self))
    }

    /// Prints what was written to standard output.
    func report(_ dataset: Dataset) throws { try Console.print("\(output.printable): \(dataset.summary)") }
}
