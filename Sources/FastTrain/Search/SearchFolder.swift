import FastTrainData
import Platform
import Synchronization

/// The folder of a search, owned exclusively by this object. It holds `search.json`, `trials.jsonl` and, once the
/// winner is known, the run folder `best`.
///
/// Each line of `trials.jsonl` has a digest of itself and the search, and is on the storage device before the next one
/// is started. A kill, a power failure or a full disk can damage only the last line, which is skipped when the search
/// resumes.
final class SearchFolder: Sendable {
    let path: String
    /// The content of `search.json`; the path of the data may differ.
    let description: SearchDescription
    /// The seal of the lines in `trials.jsonl`.
    let seal: Seal
    private let lock: FolderLock
    /// The error of a failed write. After an incomplete line no other line may follow.
    private let failure = Mutex<FastTrainError?>(nil)

    static func isOne(_ path: String) throws(FastTrainError) -> Bool {
        try FileSystem.exists(descriptionPath(in: path))
    }

    /// Returns whether a folder is, or would be, the run folder of a search's winner.
    static func isBest(_ path: String) throws(FastTrainError) -> Bool {
        guard path.split(separator: "/").last == "best" else { return false }
        return try isOne(AtomicFile.folder(of: path))
    }

    private static func descriptionPath(in folder: String) -> String { folder + "/search.json" }

    var trialsPath: String { path + "/trials.jsonl" }
    var bestPath: String { path + "/best" }

    /// Whether the winner's training has begun. By then all trials were finished, and the choice is final.
    var isChosen: Bool {
        get throws(FastTrainError) { try FileSystem.exists(RunFolder.recipePath(in: bestPath)) }
    }

    /// Takes ownership of a folder for a search, and creates it if it is missing.
    ///
    /// - Throws: `.cannotCreate` if the folder holds a run or another search; `.folderInUse` if another process owns
    ///   it.
    static func take(_ path: String, for description: SearchDescription) throws(FastTrainError) -> SearchFolder {
        try FileSystem.makeFolder(path)
        let (path, lock) = try own(path)
        if try isOne(path) {
            let other = try readDescription(in: path)
            var moved = description
            moved.data = other.data  // where the data lie makes no other search, their content does
            let differences = moved.differences(from: other)
            guard differences.isEmpty else {
                throw .cannotCreate(
                    path: path,
                    reason:
                        "holds a search with different settings (\(differences.joined(separator: ", "))); resume it with "
                        + "`fasttrain resume \(path.shellWord)` or choose another folder")
            }
        } else {
            try RunFolder.expectNoRun(path)
            for name in ["best", "trials.jsonl"] where try FileSystem.exists(path + "/" + name) {
                throw .cannotCreate(path: path, reason: "already holds \(name); choose another folder")
            }
            try AtomicFile.write(description.json.page, to: descriptionPath(in: path))
        }
        return SearchFolder(path, lock, description)
    }

    /// Takes ownership of the folder of an existing search.
    ///
    /// - Throws: `.noInput` if there is no search; `.folderInUse` if another process owns the folder; `.badData` that
    ///   names the wrong member of `search.json`.
    static func open(_ path: String) throws(FastTrainError) -> SearchFolder {
        guard try isOne(path) else { throw .noInput(path: path, reason: "holds no search: there is no search.json") }
        let (path, lock) = try own(path)
        return SearchFolder(path, lock, try readDescription(in: path))
    }

    private init(_ path: String, _ lock: FolderLock, _ description: SearchDescription) {
        self.path = path
        self.lock = lock
        self.description = description
        seal = description.seal
    }

    private static func own(_ path: String) throws(FastTrainError) -> (String, FolderLock) {
        let path = try FileSystem.trimmed(path)
        let lock = try FolderLock.take(path)
        AtomicFile.removeLeftovers(in: path)
        return (path, lock)
    }

    private static func readDescription(in path: String) throws(FastTrainError) -> SearchDescription {
        let file = descriptionPath(in: path)
        return try SearchDescription(json: JSON(parsing: try FileSystem.readText(file), file: file), file: file)
    }

    /// The size limit of `trials.jsonl` in bytes, enough for over a million trials.
    private static let maxTrialBytes = 1 << 30

    /// Returns the results so far with their positions in the file, and rewrites the file.
    ///
    /// The file is rewritten because a process that failed or was killed may have written its last line incompletely or
    /// not synchronized it.
    ///
    /// - Parameters:
    ///   - isScoredByAccuracy: Whether scores are accuracies; otherwise they are R².
    ///   - warn: A function that receives a warning if a complete but damaged last line is skipped. That trial is
    ///     trained again.
    /// - Throws: `.badData` that names a damaged line; `.noInput`, `.cannotCreate` or `.inputOutput` if reading or
    ///   writing fails.
    func takeTrials(
        isScoredByAccuracy: Bool, warn: (String) -> Void = { _ in }
    ) throws(FastTrainError) -> [(result: TrialResult, place: FastTrainError.Place)] {
        let bytes =
            try FileSystem.exists(trialsPath) ? try FileSystem.readBytes(trialsPath, maxBytes: Self.maxTrialBytes) : []
        // Text after the last newline is an incomplete line.
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let rest = lines.removeLast()
        if try isChosen {
            guard rest.isEmpty, !lines.isEmpty else {
                throw .badData(
                    file: trialsPath, place: .line(lines.count + 1),
                    expected: "all trials from which \(bestPath) was chosen",
                    found: rest.isEmpty ? "none" : "an incomplete line")
            }
        } else if let last = lines.last, seal.content(of: last) == nil {
            // The line may lack sectors, because a file can grow before its content is written.
            warn("\(trialsPath), line \(lines.count): incomplete or damaged; this trial is trained again")
            lines.removeLast()
        }
        var results: [(TrialResult, FastTrainError.Place)] = []
        for (index, line) in lines.enumerated() {
            let place = FastTrainError.Place.line(index + 1)
            guard let content = seal.content(of: line) else {
                throw .badData(
                    file: trialsPath, place: place, expected: "a line of this search that ends with its digest",
                    found: "no digest or a different one: the line or search.json is damaged")
            }
            let json = try JSON(parsing: content, file: trialsPath, place: place)
            let result = try TrialResult(
                json: json, file: trialsPath, place: place, isScoredByAccuracy: isScoredByAccuracy)
            results.append((result, place))
        }
        try lock.expectOwned()
        try AtomicFile.write(Array(bytes.prefix(lines.reduce(0) { $0 + $1.count + 1 })), to: trialsPath)
        failure.withLock { $0 = nil }
        return results
    }

    /// Appends a line to the file that `takeTrials` wrote. When this returns, the line is on the storage device.
    ///
    /// - Throws: `.inputOutput` if writing fails. After that, every call throws until `takeTrials` is called again.
    func append(_ result: TrialResult) throws(FastTrainError) {
        try failure.withLock { (failure) throws(FastTrainError) in
            if let failure { throw failure }
            do throws(FastTrainError) {
                try write(seal.line(of: Array(result.json.text.utf8)))
            } catch {
                failure = error
                throw error
            }
        }
    }

    private func write(_ line: [UInt8]) throws(FastTrainError) {
        func failure(_ operation: String) -> FastTrainError {
            .inputOutput(path: trialsPath, operation: operation, reason: System.reason)
        }
        try lock.expectOwned()
        let descriptor = System.openToAppend(trialsPath)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        guard line.withUnsafeBytes({ System.writeAll(descriptor, $0) }) else { throw failure("write") }
        guard System.synchronize(descriptor) else { throw failure("fsync") }
    }
}
