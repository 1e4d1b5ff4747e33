import ArgumentParser
import FastTrainData
import Platform
import ProgramSupport

/// The command `fasttrain-data`, which creates data set files for fasttrain and shows their contents.
@main
struct FastTrainDataTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fasttrain-data",
        abstract: "Create data set files for fasttrain and show their contents.",
        discussion: """
            Exit codes: 0 done, 64 usage, 65 bad data, 66 no such input, 73 cannot create the output, \
            74 input/output error.
            """,
        version: "fasttrain-data \(fasttrainVersion)",
        subcommands: [CSV.self, Series.self, MNIST.self, IDX.self, Download.self, Inspect.self])

    /// Runs the command given by the arguments. Every error is reported as one line that starts with the program's
    /// name.
    static func main() {
        Console.prepare()
        SignalFlag.clean()
        SignalFlag.watchFaults("fasttrain-data: error: ")
        do {
            var command = try parseAsRoot(Console.arguments())
            try command.run()
        } catch {
            end(error)
        }
    }

    private static func end(_ error: any Error) -> Never {
        if let error = error as? FastTrainError { fail(error.asTyped.description, error.exitCode) }
        if let code = error as? ExitCode { Platform.exit(code.rawValue) }
        if error is Console.ReaderGone { Platform.exit(0) }
        let code = exitCode(for: error)
        guard code.isSuccess else { fail(Console.usageMessage(fullMessage(for: error)), code.rawValue) }
        do { try Console.print(fullMessage(for: error)) } catch { end(error) }
        Platform.exit(code.rawValue)
    }

    private static func fail(_ message: String, _ code: Int32) -> Never {
        Console.note("fasttrain-data: error: \(message.printable)\n")
        Platform.exit(code)
    }
}
