import Foundation

/// Runs `fasttrain-data` in a folder of its own, which is removed with it.
final class Program {
    /// Where the program runs.
    let folder: URL
    /// Where its output goes, out of the way of its files.
    private let streams: URL

    /// What a run came to.
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

    /// The program, which lies beside the test bundle that runs.
    private static func executable() throws -> URL {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("fasttrain-data")
    }
}
