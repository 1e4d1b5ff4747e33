import ArgumentParser
import FastTrain
import ProgramSupport

/// The option `--threads`, which affects the speed and never the result.
struct ThreadOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of threads. (default: at most the number of CPUs that may be used)", valueName: "n"))
    var threads: Int?
}

/// The option `--max-time`.
struct TimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            End this session after the last epoch that fits into this time, such as 90s, 10m or 1.5h. One epoch is run in \
            any case. (default: no limit)
            """,
            valueName: "time"))
    var maxTime: TimeSpan?
}

/// The option `--tensorboard`.
struct TensorBoardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder for TensorBoard event files with the figures of each epoch. (default: none are written)",
            valueName: "folder"))
    var tensorboard: String?
}

/// A time such as "90s", "10m" or "1.5h", or a number of seconds.
struct TimeSpan: ExpressibleByArgument {
    var seconds: Double

    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? argument : String(argument.dropLast())), number > 0, number.isFinite
        else { return nil }
        seconds = number * (unit ?? 1)
    }
}

/// The options that decide what a run reports.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Show no settings and no progress on standard error.")
    var quiet = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    /// Shows on standard error what is about to begin.
    func open(_ card: (Style) -> String) {
        if !quiet { Console.note(card(Terminal.standardError.style) + "\n\n") }
    }

    /// Prints the result.
    ///
    /// - Parameters:
    ///   - result: The result of a run or a search.
    ///   - interrupted: The number of the signal that interrupted it, if one did.
    /// - Throws: `ExitCode` 128 + the signal's number after an interruption.
    func close(_ result: some SessionResult, interrupted: Int32?) throws {
        if let interrupted {
            // The same signal may have ended the reader of standard output. The interruption is reported in any case.
            if json { try? Console.print(result.json.text) }
            Console.note("fasttrain: \(result.interruption(by: interrupted).printable)\n")
            throw ExitCode(128 + interrupted)
        }
        if json { return try Console.print(result.json.text) }
        if !quiet { Console.note("\n") }
        let terminal = Terminal.standardOutput
        try Console.print(result.text(width: terminal.width, style: terminal.style))
    }
}

/// The result of a run or a search, as text and as JSON.
protocol SessionResult {
    var json: JSON { get }
    func text(width: Int, style: Style) -> String
    /// Returns a message that says what interrupted it and how to continue.
    func interruption(by signal: Int32) -> String
}

/// The training or the test rows of a data set.
enum Split: String, ExpressibleByArgument, CaseIterable {
    case train, test

    /// Returns these rows of a data set.
    ///
    /// - Throws: `.badData` if it has none.
    func rows(of data: Dataset) throws(FastTrainError) -> DataSplit {
        if self == .train { return data.train }
        guard let test = data.test else {
            throw .badData(
                file: data.name, place: .file, expected: "test rows", found: "training rows only (see --split train)")
        }
        return test
    }
}
