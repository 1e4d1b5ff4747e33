import Glibc
import Synchronization

/// The folder of a run, owned by this object: no other process, and no other object in this one, can own it meanwhile.
///
/// Every file in it is written whole or not at all (`AtomicFile`), so a run that is killed at any instant leaves a folder
/// that can be resumed. One thread at a time may write.
public final class RunFolder: Sendable {
    /// As it was given, without a slash at the end.
    public let path: String
    let lock: FolderLock
    private let history = Mutex(HistoryText())

    /// What the run leaves; a folder with one of these holds a run.
    private static let files = ["recipe.json", "history.jsonl", "metrics.json", "model.safetensors", "report.html"]

    /// The model to use: the best by validation if there was one, else the last.
    public var modelPath: String { Self.modelPath(in: path) }
    /// One line for each finished epoch.
    public var historyPath: String { path + "/history.jsonl" }
    /// How the model does on the test rows and the held-out rows.
    public var metricsPath: String { path + "/metrics.json" }
    /// What the run came to, as a page for people.
    public var reportPath: String { path + "/report.html" }
    /// How the run was started.
    public var recipePath: String { Self.recipePath(in: path) }

    static func recipePath(in folder: String) -> String { folder + "/recipe.json" }
    static func modelPath(in folder: String) -> String { folder + "/model.safetensors" }

    /// Takes the folder for a new run; makes it, and those above it, when missing.
    ///
    /// Throws `.cannotCreate` when it holds a run already, is a search's to make, or cannot be made, `.folderInUse` when
    /// another process owns it.
    public static func create(_ path: String) throws(FastTrainError) -> RunFolder {
        try create(path, isOfSearch: false)
    }

    static func create(_ path: String, isOfSearch: Bool) throws(FastTrainError) -> RunFolder {
        let path = try FileSystem.trimmed(path)
        if !isOfSearch, try SearchFolder.isBest(path) {
            throw .cannotCreate(path: path, reason: "is where the search in the folder above has its best run")
        }
        try FileSystem.makeFolder(path)
        let folder = try RunFolder(path)
        try expectNoRun(path)
        guard try !SearchFolder.isOne(path) else {
            throw .cannotCreate(
                path: path,
                reason: "holds a search; go on with it by `fasttrain resume \(path)`, or choose another folder")
        }
        guard try folder.checkpoints().isEmpty else {
            throw .cannotCreate(path: path, reason: "holds checkpoints of another run; choose another folder")
        }
        return folder
    }

    /// Throws `.cannotCreate` when a folder holds files of a run.
    static func expectNoRun(_ path: String) throws(FastTrainError) {
        for name in files where try FileSystem.exists(path + "/" + name) {
            let isWhole = try FileSystem.exists(recipePath(in: path))
            throw .cannotCreate(
                path: path,
                reason: isWhole
                    ? "holds a run already (\(name)); go on with it by `fasttrain resume \(path)`, or choose another folder"
                    : "holds what is left of a run (\(name)); move that away, or choose another folder")
        }
    }

    /// Takes the folder of an existing run.
    ///
    /// Throws `.noInput` when there is none, `.folderInUse` when another process owns it, `.inputOutput`.
    public static func open(_ path: String) throws(FastTrainError) -> RunFolder {
        let path = try FileSystem.trimmed(path)
        guard try FileSystem.isFolder(path) else {
            throw .noInput(path: path, reason: try FileSystem.exists(path) ? "is not a folder" : "no such folder")
        }
        guard try FileSystem.exists(recipePath(in: path)) else {
            guard access(recipePath(in: path), F_OK) != 0, errno != ENOENT else {
                throw .noInput(path: path, reason: "holds no run: no recipe.json in it")
            }
            throw .noInput(path: recipePath(in: path), reason: System.reason)
        }
        let folder = try RunFolder(path)
        // A process that was killed after it had renamed a file may have left that to the storage device's leisure.
        for path in [path, folder.checkpointsPath] where try FileSystem.isFolder(path) {
            try AtomicFile.synchronizeFolder(path, for: path)
        }
        return folder
    }

    private init(_ path: String) throws(FastTrainError) {
        self.path = path
        lock = try FolderLock.take(path)
        // Nobody else writes here now: what looks like a file being written was left by a killed process.
        AtomicFile.removeLeftovers(in: path)
        AtomicFile.removeLeftovers(in: checkpointsPath)
    }
}

// MARK: - The files about the run as a whole

extension RunFolder {
    /// Writes `recipe.json`. Throws `.cannotCreate` or `.inputOutput`, as all writing here; so when the folder was moved or
    /// replaced.
    public func writeRecipe(_ run: RunDescription) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(run.json.page, to: recipePath)
    }

    /// Reads `recipe.json`. Throws `.noInput`, or `.badData` that names the member.
    public func readRecipe() throws(FastTrainError) -> RunDescription { try RunDescription(folder: path) }

    /// Writes `history.jsonl` anew: one line an epoch.
    public func writeHistory(_ records: [EpochRecord]) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(text(of: records).lines, to: historyPath)
    }

    /// Records as text. What the save before had is not made anew.
    func text(of records: [EpochRecord]) -> HistoryText {
        history.withLock { history in
            history.update(records)
            return history
        }
    }

    /// To be called when there is no checkpoint. Throws `.badData` when there were: what is written after one is there.
    func expectNothingDone() throws(FastTrainError) {
        func lacksCheckpoint(_ what: String) -> FastTrainError {
            .badData(
                file: checkpointsPath, place: .file, expected: "a checkpoint, as \(what)", found: "none")
        }
        if case let epochs = try readHistory().count, epochs > 0 {
            throw lacksCheckpoint("history.jsonl has \(Format.count(epochs, "epoch"))")
        }
        for name in ["model.safetensors", "metrics.json", "report.html"] where try FileSystem.exists(path + "/" + name)
        {
            throw lacksCheckpoint("there is \(name)")
        }
    }

    /// Reads `history.jsonl`; empty when there is none yet. Throws `.badData` with the line.
    public func readHistory() throws(FastTrainError) -> [EpochRecord] {
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
    public func writeModel(_ model: Model) throws(FastTrainError) {
        try lock.expectOwned()
        try model.save(to: modelPath)
    }

    /// Writes `metrics.json` (see `Evaluation.metrics`).
    public func writeMetrics(test: Evaluation?, validation: Evaluation?) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(Evaluation.metrics(test: test, validation: validation).page, to: metricsPath)
    }

    /// Writes `report.html`.
    func writeReport(_ page: String) throws(FastTrainError) {
        try lock.expectOwned()
        try AtomicFile.write(page, to: reportPath)
    }
}
