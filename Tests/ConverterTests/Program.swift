import Foundation

/// Runs `fasttrain-data` in a temporary folder, which is removed with this object.
final class Program {
    /// The working folder of the program.
    let folder: URL
    /// The folder for its output streams, separate from its files.
    private let streams: URL

    /// The result of a run.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    init() {
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("fasttrain-data-\(UUID().uuidString)")
        folder = base.appendingPathComponent("files")
        streams = base.appendingPathComponent("streams")
        for url in [folder, streams] {
            try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The names of the files, sorted.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// Writes a file from hexadecimal digits and returns its path.
    @discardableResult
    func write(_ name: String, _ digits: String) throws -> String {
        let characters = Array(digits)
        let bytes = stride(from: 0, to: characters.count, by: 2).map {
            UInt8(String(characters[$0..<$0 + 2]), radix: 16)!
        }
        try Data(bytes).write(to: folder.appendingPathComponent(name))
        return path(name)
    }

    /// Writes a file.
    func write(_ name: String, _ content: Data) throws { try content.write(to: folder.appendingPathComponent(name)) }

    func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    func run(_ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let files = ["output", "errors"].map { streams.appendingPathComponent($0) }
        for file in files { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// The program, which is next to the running test bundle.
    private static func executable() throws -> URL {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("fasttrain-data")
    }
}
