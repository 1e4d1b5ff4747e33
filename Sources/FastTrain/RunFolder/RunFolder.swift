import Platform
import Synchronization

/// The folder of a run, owned exclusively by this object: no other process or object can own it at the same time.
///
/// Every file in it is written completely or not at all (`AtomicFile`), so a run that is killed at any moment leaves a
/// folder that can be resumed. Only one thread at a time may write.
package final class RunFolder: Sendable {
    /// The folder's path as it was given, without trailing slashes.
    package let path: String
    let lock: FolderLock
    private let history = Mutex(HistoryText())

    /// The files that a run writes. A folder that contains any of them holds a run.
    private static let files = ["recipe.json", "history.jsonl", "metrics.json", "model.safetensors", "report.html"]

    /// The path of the model to use: the best one by validation if the run has validation, and the last one otherwise.
    package var modelPath: String { Self.modelPath(in: path) }
    /// The path of the history, which has one line for each finished epoch.
    package var historyPath: String { path + "/history.jsonl" }
    /// The path of the results on the test rows and the validation rows.
    package var metricsPath: String { path + "/metrics.json" }
    /// The path of the report, a web page about the run.
    package var reportPath: String { path + "/report.html" }
    /// The path of the description of how the run was started.
    package var recipePath: String { Self.recipePath(in: path) }

    static func recipePath(in folder: String) -> String { folder + "/recipe.json" }
    static func modelPath(in folder: String) -> String { folder + "/model.safetensors" }

    /// Takes ownership of a folder for a new run, and creates it and its missing parents.
    ///
    /// - Throws: `.cannotCreate` if the folder holds a run already, is reserved by a search, or cannot be created;
    ///   `.folderInUse` if another process owns it.
    package static func create(_ path: String) throws(FastTrainError) -> RunFolder {
        try create(path, isOfSearch: false)
    }

    static func create(_ path: String, isOfSearch: Bool) throws(FastTrainError) -> RunFolder {
        let path = try FileSystem.trimmed(path)
        if !isOfSearch, try SearchFolder.isBest(path) {
            throw .cannotCreate(path: path, reason: "is reserved for the best run of the search in the folder above")
        }
        try FileSystem.makeFolder(path)
        let folder = try RunFolder(path)
        try expectNoRun(path)
        guard try !SearchFolder.isOne(path) else {
            throw .cannotCreate(
                path: path,
                reason: "holds a search; resume it with `fasttrain resume \(path.shellWord)` or choose another folder")
        }
        guard try folder.checkpoints().isEmpty else {
            throw .cannotCreate(path: path, reason: "holds checkpoints of another run; choose another folder")
        }
        return folder
    }

    /// Throws `.cannotCreate` if a folder holds files of a run.
    static func expectNoRun(_ path: String) throws(FastTrainError) {
        for name in files where try FileSystem.exists(path + "/" + name) {
            let isWhole = try FileSystem.exists(recipePath(in: path))
            let command = "fasttrain resume \(path.shellWord)"
            throw .cannotCreate(
                path: path,
                reason: isWhole
                    ? "already holds a run (\(name)); resume it with `\(command)` or choose another folder"
                    : "holds remains of a run (\(name)); move them away or choose another folder")
        }
    }

    /// Takes ownership of the folder of an existing run.
    ///
    /// - Throws: `.noInput` if there is no run; `.folderInUse` if another process owns the folder; `.inputOutput` if
    ///   the operating system reports an error.
    package static func open(_ path: String) throws(FastTrainError) -> RunFolder {
        let path = try FileSystem.trimmed(path)
        guard try FileSystem.isFolder(path) else {
            throw .noInput(path: path, reason: try FileSystem.exists(path) ? "is not a folder" : "no such folder")
        }
        guard try FileSystem.exists(recipePath(in: path)) else {
            guard access(recipePath(in: path), F_OK) != 0, errno != ENOENT else {
                throw .noInput(path: path, reason: "holds no run: there is no recipe.json")
            }
            throw .noInput(path: recipePath(in: path), reason: System.reason)
        }
        let folder = try RunFolder(path)
        // A process that was killed right after renaming a file may not have synchronized the folder.
        for path in [path, folder.checkpointsPath] where try FileSystem.isFolder(path) {
            try AtomicFile.synchronizeFolder(path, for: path)
        }
        return folder
    }

    private init(_ path: String) throws(FastTrainError) {
        self.path = path
        lock = try FolderLock.take(path)
        // No one else writes here now, so files that look unfinished were left by a killed process.
        AtomicFile.removeLeftovers(in: path)
        AtomicFile.removeLeftovers(in: checkpointsPath)
    }
}

// MARK: - Files of the whole run

extension RunFolder {
    /// Writes `recipe.json`.
    ///
    /// - Throws: `.cannotCreate` or `.inputOutput` if writing fails, or if the folder was moved or replaced. The other
    ///   writing methods throw likewise.
    package func writeRecipe(_ run: RunDescription) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(run.json.page, to: recipePath)
    }

    /// Reads `recipe.json`.
    ///
    /// - Throws: `.noInput` if there is no such file; `.badData` that names the wrong member.
    package func readRecipe() throws(FastTrainError) -> RunDescription { try RunDescription(folder: path) }

    /// Writes `history.jsonl` with one line per epoch, replacing its content.
    ///
    /// - Throws: The errors of `writeRecipe(_:)`.
    package func writeHistory(_ records: [EpochRecord]) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(text(of: records).lines, to: historyPath)
    }

    /// Returns the records as text. Records of the previous save are not formatted again.
    func text(of records: [EpochRecord]) -> HistoryText {
        history.withLock { history in
            history.update(records)
            return history
        }
    }

    /// Checks that an interrupted run without checkpoints has not written anything that follows its first checkpoint.
    ///
    /// - Throws: `.badData` if the history, the model, the metrics or the report exist.
    func expectNothingDone() throws(FastTrainError) {
        func lacksCheckpoint(_ what: String) -> FastTrainError {
            .badData(
                file: checkpointsPath, place: .file, expected: "a checkpoint, because \(what)", found: "none")
        }
        if case let epochs = try readHistory().count, epochs > 0 {
            throw lacksCheckpoint("history.jsonl has \(Format.count(epochs, "epoch"))")
        }
        for name in ["model.safetensors", "metrics.json", "report.html"] where try FileSystem.exists(path + "/" + name)
        {
            throw lacksCheckpoint("\(name) exists")
        }
    }

    /// Reads `history.jsonl`.
    ///
    /// - Returns: The records, or an empty array if there is no such file yet.
    /// - Throws: `.badData` that names the wrong line.
    package func readHistory() throws(FastTrainError) -> [EpochRecord] {
        guard try FileSystem.exists(historyPath) else { return [] }
        let bytes = try FileSystem.readBytes(historyPath)
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        var records: [EpochRecord] = []
        for (index, line) in lines.enumerated() {
            let place = FastTrainError.Place.line(index + 1)
            let json = try JSON(parsing: line, file: historyPath, place: place)
            records.append(try EpochRecord(json: json, file: historyPath, place: place))
        }
        return records
    }

    /// Writes `model.safetensors`.
    ///
    /// - Throws: The errors of `writeRecipe(_:)`.
    package func writeModel(_ model: Model) throws(FastTrainError) {
        try lock.expectOwned()
        try model.save(to: modelPath)
    }

    /// Writes `metrics.json`; see `Evaluation.metrics`.
    ///
    /// - Throws: The errors of `writeRecipe(_:)`.
    package func writeMetrics(test: Evaluation?, validation: Evaluation?) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(Evaluation.metrics(test: test, validation: validation).page, to: metricsPath)
    }

    /// Writes `report.html`.
    func writeReport(_ page: String) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(page, to: reportPath)
    }
}
