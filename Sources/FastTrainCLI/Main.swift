import ArgumentParser
import FastTrain
import Platform
import ProgramSupport

/// The program's entry point. It parses the command line, runs the command, and reports an error as one line on
/// standard error and an exit code.
@main
enum Main {
    static func main() {
        Console.prepare()
        SignalFlag.clean()
        SignalFlag.cleanOpenMP()
        SignalFlag.watchFaults()
        do {
            var command = try FasttrainCommand.parseAsRoot(Console.arguments())
            try RunGroup.expectAlone(command)
            try command.run()
        } catch {
            if error is FastTrainError { RunGroup.yieldToReporter() }
            let code = report(error)
            RunGroup.abort(code)
            exit(code)
        }
    }

    /// Reports an error and returns the exit code.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let error as FastTrainError:
            Console.error(RunGroup.prefix + error.asTyped.description)
            return error.exitCode
        case let code as ExitCode:
            return code.rawValue
        case is Console.ReaderGone:
            return ExitCode.success.rawValue
        default:
            return reportParser(error)
        }
    }

    /// Prints help and version to standard output. A command line that cannot be parsed is a usage error.
    private static func reportParser(_ error: any Error) -> Int32 {
        let code = FasttrainCommand.exitCode(for: error)
        guard code.isSuccess else {
            Console.error(Console.usageMessage(FasttrainCommand.fullMessage(for: error)))
            return code.rawValue
        }
        do {
            try Console.print(FasttrainCommand.fullMessage(for: error))
            return code.rawValue
        } catch {
            return report(error)
        }
    }
}
