import ArgumentParser
import FastTrain
import ProgramSupport

/// `--threads`, which changes the speed and never the result.
struct ThreadOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads to compute with. (default: as many as CPUs may be used)", valueName: "n"))
    var threads: Int?
}

/// `--max-time`.
struct TimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            End this session after the last epoch that fits into this time, such as 90s, 10m or 1.5h, the first in any \
            case. (default: no limit)
            """,
            valueName: "time"))
    var maxTime: TimeSpan?
}

/// `--tensorboard`.
struct TensorBoardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder for event files that TensorBoard reads, a value of each epoch. (default: none are written)",
            valueName: "folder"))
    var tensorboard: String?
}

/// "90s", "10m", "1.5h", or a number of seconds.
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

/// How a run reports.
struct ReportOptions: ParsableArguments {
    @Flag(help: "No settings and no progress on standard error.")
    var quiet = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    /// Says on standard error what is about to begin.
    func open(_ card: (Style) -> String) {
        if !quiet { Console.note(card(Terminal.standardError.style) + "\n\n") }
    }

    /// Prints what came out or, when a signal interrupted it, says so. Throws `ExitCode` 128 + the signal's number then.
    func close(_ result: some SessionResult, interrupted: Int32?) throws {
        if let interrupted {
            // The reader of standard output may have gone by the same signal: that it came is told all the same.
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

/// What a run or a search came to, for a person and for a program.
protocol SessionResult {
    var json: JSON { get }
    func text(width: Int, style: Style) -> String
    /// That it was interrupted, and how to go on.
    func interruption(by signal: Int32) -> String
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
