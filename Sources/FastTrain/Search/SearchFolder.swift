import Glibc
import Synchronization

/// The folder of a search, owned by this object: `search.json`, `trials.jsonl` and, when the winner is known, the folder
/// `best` of its run.
///
/// A line of `trials.jsonl` has a digest of itself, and is on the storage device before the next is begun. A kill, a power cut or a full disk leaves at
/// most a part of the last line, which is left out when the search goes on.
final class SearchFolder: Sendable {
    let path: String
    private let lock: FolderLock
    /// Why a line could not be written: after a part of it there can be no other.
    private let failure = Mutex<FastTrainError?>(nil)

    static func isOne(_ path: String) -> Bool { FileSystem.exists(path + "/search.json") }

    var descriptionPath: String { path + "/search.json" }
    var trialsPath: String { path + "/trials.jsonl" }
    var bestPath: String { path + "/best" }

    /// Takes the folder for a search; makes it when missing.
    ///
    /// Throws `.cannotCreate` when it holds a run or another search, `.folderInUse`.
    static func take(_ path: String, for description: SearchDescription) throws(FastTrainError) -> SearchFolder {
        try FileSystem.makeFolder(path)
        let folder = try SearchFolder(path)
        if FileSystem.exists(folder.descriptionPath) {
            let other = try folder.readDescription()
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
            guard !FileSystem.exists(RunFolder.recipePath(in: path)) else {
                throw .cannotCreate(path: path, reason: "holds a run already; choose another folder")
            }
            try AtomicFile.write(description.json.page, to: folder.descriptionPath)
        }
        return folder
    }

    /// Takes the folder of a search. Throws `.noInput` when there is none, `.folderInUse`.
    static func open(_ path: String) throws(FastTrainError) -> SearchFolder {
        guard isOne(path) else { throw .noInput(path: path, reason: "holds no search: no search.json in it") }
        return try SearchFolder(path)
    }

    private init(_ path: String) throws(FastTrainError) {
        var path = path
        while path.count > 1, path.last == "/" { path.removeLast() }
        self.path = path
        lock = try FolderLock.take(path)
        AtomicFile.removeLeftovers(in: path)
    }

    func readDescription() throws(FastTrainError) -> SearchDescription {
        let text = try FileSystem.readText(descriptionPath)
        return try SearchDescription(json: JSON(parsing: text, file: descriptionPath), file: descriptionPath)
    }

    /// The most bytes of `trials.jsonl`: a million trials and more.
    private static let mostTrialBytes = 1 << 30

    /// The results so far, with their places in the file, which is written anew: what a process that ended by a failure or
    /// a kill wrote last may be in part, or not on the storage device yet. Throws `.badData` with the line, `.noInput`,
    /// `.cannotCreate`, `.inputOutput`.
    func takeTrials(
        isScoredByAccuracy: Bool
    ) throws(FastTrainError) -> [(result: TrialResult, place: FastTrainError.Place)] {
        let bytes =
            FileSystem.exists(trialsPath) ? try FileSystem.readBytes(trialsPath, most: Self.mostTrialBytes) : []
        // What comes after the last newline was not written to its end. The line before it may lack sectors: a file can be
        // made longer before all is written by which it is.
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        if let last = lines.last, SealedLine.content(of: last) == nil { lines.removeLast() }
        var results: [(TrialResult, FastTrainError.Place)] = []
        for (index, line) in lines.enumerated() {
            let place = FastTrainError.Place.line(index + 1)
            guard let content = SealedLine.content(of: line) else {
                throw .badData(
                    file: trialsPath, place: place, expected: "a line with its digest at its end",
                    found: "none, or another: the line is damaged")
            }
            let json = try JSON(parsing: content, file: trialsPath, place: place)
            let result = try TrialResult(
                json: json, file: trialsPath, place: place, isScoredByAccuracy: isScoredByAccuracy)
            results.append((result, place))
        }
        try AtomicFile.write(Array(bytes.prefix(lines.reduce(0) { $0 + $1.count + 1 })), to: trialsPath)
        return results
    }

    /// Adds a line to the file that `takeTrials` has made. When this returns, it is on the storage device.
    ///
    /// Throws `.inputOutput`; from then on, at each call.
    func append(_ result: TrialResult) throws(FastTrainError) {
        try failure.withLock { (failure) throws(FastTrainError) in
            if let failure { throw failure }
            do throws(FastTrainError) {
                try write(SealedLine.sealed(result.json.text))
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
        let descriptor = System.openToAppend(trialsPath)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        guard line.withUnsafeBytes({ System.writeAll(descriptor, $0) }) else { throw failure("write") }
        guard System.synchronize(descriptor) else { throw failure("fsync") }
    }
}
