import ArgumentParser
import FastTrainData
import Glibc
import ProgramSupport

/// The command `fasttrain-data`, which creates data set files for fasttrain and shows their contents.
@main
struct FastTrainDataTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fasttrain-data",
        abstract: "Makes data set files for fasttrain, and shows what they hold.",
        discussion: """
            Exit codes: 0 done, 64 usage, 65 bad data, 66 no such input, 73 cannot create the output, \
            74 input/output error.
            """,
        subcommands: [CSV.self, Series.self, MNIST.self, IDX.self, Download.self, Inspect.self])

    /// Runs the command given by the arguments. Every error is reported as one line that starts with the program's
    /// name.
    static func main() {
        Console.prepare()
        SignalFlag.clean()
        SignalFlag.watchFiles("fasttrain-data: error: ")
        do {
            var command = try parseAsRoot(Console.arguments())
            try command.run()
        } catch {
            end(error)
        }
    }

    private static func end(_ error: any Error) -> Never {
        if let error = error as? FastTrainError { fail(error.description, error.exitCode) }
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        if error is Console.ReaderGone { Glibc.exit(0) }
        let code = exitCode(for: error)
        guard code.isSuccess else { fail(Console.usageMessage(fullMessage(for: error)), code.rawValue) }
        do { try Console.print(fullMessage(for: error)) } catch { end(error) }
        Glibc.exit(code.rawValue)
    }

    private static func fail(_ message: String, _ code: Int32) -> Never {
        Console.note("fasttrain-data: error: \(message.printable)\n")
        Glibc.exit(code)
    }
}

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

/// The options of the commands that write a data set of images.
struct ImageOutputOptions: ParsableArguments {
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The classes' names, separated by commas, in the order of their labels.", valueName: "a,b,…"))
    var classes: String?

    func validate() throws {
        guard let names = classNames else { return }
        guard !names.contains("") else { throw ValidationError("--classes has an empty name") }
        guard Set(names).count == names.count else { throw ValidationError("--classes has a name twice") }
    }

    /// The names in `classes`.
    var classNames: [String]? { classes?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }

    /// Writes `dataset` and reports it on standard output.
    func write(_ dataset: Dataset) throws {
        try dataset.write(to: output.output)
        try output.report(dataset)
    }
}
