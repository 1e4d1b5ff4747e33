import Glibc

/// The folder of a search, owned by this object: `search.json`, `trials.jsonl` and, when the winner is known, the folder
/// `best` of its run.
///
/// A line of `trials.jsonl` is on the storage device before the next is begun. A kill leaves at most a part of the last
/// line, which is cut off when the folder is taken again.
final class SearchFolder: Sendable {
    let path: String
    private let lock: FolderLock

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

    /// The results so far, with their places in the file. Throws `.badData` with the line.
    func readTrials(
        isScoredByAccuracy: Bool
    ) throws(FastTrainError) -> [(result: TrialResult, place: FastTrainError.Place)] {
        guard FileSystem.exists(trialsPath) else { return [] }
        let text = try FileSystem.readText(trialsPath, most: Self.mostTrialBytes)
        // What comes after the last newline was not written to its end. By bytes: CR LF is one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        let whole = lines.reduce(0) { $0 + $1.count + 1 }
        if whole < text.utf8.count, truncate(trialsPath, whole) != 0 {
            throw .inputOutput(path: trialsPath, operation: "truncate", reason: System.reason)
        }
        var results: [(TrialResult, FastTrainError.Place)] = []
        for (index, line) in lines.enumerated() {
            let place = FastTrainError.Place.line(index + 1)
            let json = try JSON(parsing: String(Substring(line)), file: trialsPath, place: place)
            let result = try TrialResult(
                json: json, file: trialsPath, place: place, isScoredByAccuracy: isScoredByAccuracy)
            results.append((result, place))
        }
        return results
    }

    /// Adds a line. When this returns, it is on the storage device. Throws `.cannotCreate`, `.inputOutput`.
    func append(_ result: TrialResult) throws(FastTrainError) {
        let descriptor = Glibc.open(trialsPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotCreate(path: trialsPath, reason: System.reason) }
        defer { close(descriptor) }
        let line = Array((result.json.text + "\n").utf8)
        let written = line.withUnsafeBytes { System.writeAll(descriptor, $0) }
        guard written, System.synchronize(descriptor) else {
            throw .inputOutput(path: trialsPath, operation: "write", reason: System.reason)
        }
    }
}
