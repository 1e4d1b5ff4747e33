import Foundation

/// The built program, run as a user runs it.
enum Fasttrain {
    struct Result {
        /// The exit code or, as in a shell, 128 + the signal's number for a process that a signal ended.
        var status: Int32
        var stdout: String
        var stderr: String
    }

    /// The program's path; it lies beside the test bundle.
    static let binary = products.appendingPathComponent("fasttrain")

    /// The path of the converter `fasttrain-data`.
    static let converter = products.appendingPathComponent("fasttrain-data")

    /// The path of the built-in data set as a file.
    static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/CSample/mnist-sample.safetensors").standardizedFileURL.path

    private static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    /// Runs the program, or another one, to its end. The result does not include output that goes to a given stream.
    static func run(
        _ arguments: [String], program: URL = binary, environment: [String: String] = [:],
        stdout: FileHandle? = nil, stderr: FileHandle? = nil
    ) throws -> Result {
        let folder = try TemporaryFolder()
        let files = [folder.path("stdout"), folder.path("stderr")]
        for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
        let process = process(arguments, environment, program)
        process.standardOutput = stdout ?? FileHandle(forWritingAtPath: files[0])
        process.standardError = stderr ?? FileHandle(forWritingAtPath: files[1])
        try process.run()
        process.waitUntilExit()
        return Result(
            status: status(process), stdout: try String(contentsOfFile: files[0], encoding: .utf8),
            stderr: try String(contentsOfFile: files[1], encoding: .utf8))
    }

    /// Returns the writing end of a pipe that no one reads.
    static func pipeWithoutReader() throws -> FileHandle {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        return pipe.fileHandleForWriting
    }

    /// Starts the program, which the caller must end. Its output is appended to the file `log`.
    static func start(_ arguments: [String], log: String) throws -> Process {
        let process = process(arguments, [:])
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }

    /// Starts a very long run and calls `body` with its process when the first epoch is reported.
    static func whileTraining(_ arguments: [String], _ body: (Process) throws -> Void) throws -> Result {
        let process = process(arguments + ["--epochs", "100000", "--hidden", "4", "--threads", "1"], [:])
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var text = ""
        while !text.contains("epoch      1/"), case let data = errors.fileHandleForReading.availableData, !data.isEmpty
        {
            text += String(decoding: data, as: UTF8.self)
        }
        do {
            try body(process)
        } catch {
            process.interrupt()
            throw error
        }
        // Standard error is read first and completely, so that the program never waits for a full pipe.
        text += String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let result = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return Result(status: status(process), stdout: result, stderr: text)
    }

    /// Restores the default action of signals in the programs that the tests start.
    ///
    /// A background job of a shell or of `nohup` ignores SIGINT or SIGHUP, and its children inherit that. They do not inherit
    /// handlers, so an empty one here leaves this process as it was and gives its children the default action.
    private static let defaultSignals: Void = {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let earlier = signal(number) { _ in }
            if unsafeBitCast(earlier, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, earlier) }
        }
    }()

    private static func process(
        _ arguments: [String], _ environment: [String: String], _ program: URL = binary
    ) -> Process {
        _ = defaultSignals
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let fixed = ["COLUMNS": "80", "LC_ALL": "C.UTF-8", "FASTTRAIN_PLAN": "fixed"]
        process.environment = ProcessInfo.processInfo.environment.merging(fixed) { $1 }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Returns the `Result.status` of a process that has ended.
    static func status(_ process: Process) -> Int32 {
        process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
    }
}

extension Fasttrain.Result {
    /// The message on standard error if it is a single error line; otherwise `nil`.
    var error: String? {
        let start = "fasttrain: error: "
        guard stderr.hasPrefix(start), stderr.firstIndex(of: "\n") == stderr.indices.last else { return nil }
        return String(stderr.dropFirst(start.count).dropLast())
    }
}

/// Environment variables that select which tests run.
enum TestScope {
    /// Whether to run tests that take minutes.
    static let isLong = ProcessInfo.processInfo.environment["FASTTRAIN_LONG"] != nil
    /// The folder with the complete MNIST data set.
    static let mnist = ProcessInfo.processInfo.environment["FASTTRAIN_MNIST"]
    /// The path of the release binary.
    static let release = ProcessInfo.processInfo.environment["FASTTRAIN_BINARY"]
}

/// A new folder that is removed when the object is released.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("fasttrain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }
}
