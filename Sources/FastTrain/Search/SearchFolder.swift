import FastTrainData
import Glibc
import Synchronization

/// The folder of a search, owned by this object: `search.json`, `trials.jsonl` and, when the winner is known, the folder
/// `best` of its run.
///
/// A line of `trials.jsonl` has a digest of itself and of the search, and is on the storage device before the next is begun.
/// A kill, a power cut or a full disk leaves at most a part of the last line, which is left out when the search goes on.
final class SearchFolder: Sendable {
    let path: String
    /// What `search.json` says, but for where the data lie.
    let description: SearchDescription
    /// Of the lines of `trials.jsonl`.
    let seal: Seal
    private let lock: FolderLock
    /// Why a line could not be written: after a part of it there can be no other.
    private let failure = Mutex<FastTrainError?>(nil)

    static func isOne(_ path: String) throws(FastTrainError) -> Bool {
        try FileSystem.exists(descriptionPath(in: path))
    }

    /// Whether a folder is, or would be, that of a search's winner.
    static func isBest(_ path: String) throws(FastTrainError) -> Bool {
        guard path.split(separator: "/").last == "best" else { return false }
        return try isOne(AtomicFile.folder(of: path))
    }

    private static func descriptionPath(in folder: String) -> String { folder + "/search.json" }

    var trialsPath: String { path + "/trials.jsonl" }
    var bestPath: String { path + "/best" }

    /// Whether the winner's training is begun: all trials were there by then, and another choice cannot be made.
    var isChosen: Bool {
        get throws(FastTrainError) { try FileSystem.exists(RunFolder.recipePath(in: bestPath)) }
    }

    /// Takes the folder for a search; makes it when missing.
    ///
    /// Throws `.cannotCreate` when it holds a run or another search, `.folderInUse`.
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
                        "holds another search (of another \(differences.joined(separator: ", "))); go on with that by "
                        + "`fasttrain resume \(path)`, or choose another folder")
            }
        } else {
            try RunFolder.expectNoRun(path)
            for name in ["best", "trials.jsonl"] where try FileSystem.exists(path + "/" + name) {
                throw .cannotCreate(path: path, reason: "holds \(name) already; choose another folder")
            }
            try AtomicFile.write(description.json.page, to: descriptionPath(in: path))
        }
        return SearchFolder(path, lock, description)
    }

    /// Takes the folder of a search. Throws `.noInput` when there is none, `.folderInUse`, `.badData` that names the member
    /// of `search.json`.
    static func open(_ path: String) throws(FastTrainError) -> SearchFolder {
        guard try isOne(path) else { throw .noInput(path: path, reason: "holds no search: no search.json in it") }
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

    /// The most bytes of `trials.jsonl`: a million trials and more.
    private static let mostTrialBytes = 1 << 30

    /// The results so far, with their places in the file, which is written anew: what a process that ended by a failure or
    /// a kill wrote last may be there in part, or not be on the storage device yet.
    ///
    /// `warn` is told of a last line that is left out, for that training to be done again, though it has its end. Throws
    /// `.badData` with the line, `.noInput`, `.cannotCreate`, `.inputOutput`.
    func takeTrials(
        isScoredByAccuracy: Bool, warn: (String) -> Void = { _ in }
    ) throws(FastTrainError) -> [(result: TrialResult, place: FastTrainError.Place)] {
        let bytes =
            try FileSystem.exists(trialsPath) ? try FileSystem.readBytes(trialsPath, most: Self.mostTrialBytes) : []
        // What comes after the last newline was not written to its end.
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let rest = lines.removeLast()
        if try isChosen {
            guard rest.isEmpty, !lines.isEmpty else {
                throw .badData(
                    file: trialsPath, place: .line(lines.count + 1),
                    expected: "all trials by which \(bestPath) was chosen",
                    found: rest.isEmpty ? "none" : "a part of one")
            }
        } else if let last = lines.last, seal.content(of: last) == nil {
            // It may lack sectors: a file can be made longer before all is written by which it is.
            warn("\(trialsPath), line \(lines.count): cut off or damaged; that training is done again")
            lines.removeLast()
        }
        var results: [(TrialResult, FastTrainError.Place)] = []
        for (index, line) in lines.enumerated() {
            let place = FastTrainError.Place.line(index + 1)
            guard let content = seal.content(of: line) else {
                throw .badData(
                    file: trialsPath, place: place, expected: "a line of this search with its digest at its end",
                    found: "none, or another: the line, or search.json, is damaged")
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

    /// Adds a line to the file that `takeTrials` has made. When this returns, it is on the storage device.
    ///
    /// Throws `.inputOutput`; from then on, at each call until `takeTrials`.
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

extension SearchDescription {
    /// What the lines of `trials.jsonl` are sealed by: those of another search, or of one whose settings were damaged, have
    /// other digests.
    var seal: Seal {
        var description = self
        description.data = nil
        return Seal(of: description.json.text)
    }
}
