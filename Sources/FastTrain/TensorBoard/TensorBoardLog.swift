import Glibc

/// A run's epochs for TensorBoard: in a folder two runs, `training` and `validation`, as TensorBoard draws one curve a run
/// and name. The horizontal axis is the epoch.
///
///     training      loss, learning_rate, samples_per_second
///     validation    loss, and accuracy or r2; where rows are held out
///
/// One thread at a time may use it.
final class TensorBoardLog: @unchecked Sendable {
    // Unchecked: see above; the session's rank 0 alone writes.
    let folder: String
    private let isResumed: Bool
    private let lock: FolderLock
    private var training: EventFile?
    private var validation: EventFile?

    private var trainingFolder: String { folder + "/training" }
    private var validationFolder: String { folder + "/validation" }

    /// Makes the folder, and owns it. A run that is `resumed` adds to what is there; a new one must not.
    ///
    /// Throws `.cannotCreate` when a new run's folder holds events already or the folder cannot be made, `.inputOutput`,
    /// `.folderInUse`.
    init(_ folder: String, isResumed: Bool) throws(FastTrainError) {
        guard !folder.isEmpty else { throw .usage("--tensorboard: expected a folder, found none") }
        self.folder = folder
        self.isResumed = isResumed
        try FileSystem.makeFolder(folder)
        // Not the run's file: its folder may be the same.
        lock = try FolderLock.take(folder, file: "events.lock")
        guard !isResumed else { return }
        guard try !holdsEvents(trainingFolder), try !holdsEvents(validationFolder) else {
            throw .cannotCreate(
                path: folder, reason: "holds the events of another run (--tensorboard); choose another folder")
        }
    }

    /// Opens the files. `history`: the epochs that are finished, when a run goes on. They are written, and readers are told that
    /// what the folder has of before no longer counts: that may be later epochs, of before a kill, or lack some, of a session
    /// without events.
    ///
    /// Throws `.cannotCreate`, `.inputOutput`.
    func begin(_ history: [EpochRecord], validates: Bool) throws(FastTrainError) {
        training = try file(trainingFolder, history, Self.trainingEvent)
        if validates { validation = try file(validationFolder, history, Self.validationEvent) }
    }

    private func file(
        _ folder: String, _ history: [EpochRecord], _ event: (EpochRecord, Double) -> EventMessage
    ) throws(FastTrainError) -> EventFile {
        let now = Self.now
        let isHeld = try holdsEvents(folder)
        let restart = isResumed && isHeld ? [EventMessage(wallTime: now, step: 1, content: .restart)] : []
        // As if the session before had ended now.
        let begin = now - (history.last?.seconds ?? 0)
        return try EventFile(
            in: folder, wallTime: now, restart + history.map { event($0, begin + $0.seconds) })
    }

    /// Writes an epoch. Throws `.inputOutput`.
    func append(_ record: EpochRecord) throws(FastTrainError) {
        let now = Self.now
        try training?.append([Self.trainingEvent(record, now)])
        try validation?.append([Self.validationEvent(record, now)])
    }

    private static func trainingEvent(_ record: EpochRecord, _ wallTime: Double) -> EventMessage {
        event(
            record, wallTime,
            [
                ("loss", record.trainLoss), ("learning_rate", record.learningRate),
                ("samples_per_second", record.samplesPerSecond),
            ])
    }

    private static func validationEvent(_ record: EpochRecord, _ wallTime: Double) -> EventMessage {
        event(
            record, wallTime,
            [("loss", record.validationLoss), ("accuracy", record.validationAccuracy), ("r2", record.validationR2)])
    }

    /// Those of `scalars` that there are.
    private static func event(
        _ record: EpochRecord, _ wallTime: Double, _ scalars: [(String, Double?)]
    ) -> EventMessage {
        let scalars = scalars.compactMap { name, value in value.map { (name: name, value: Float($0)) } }
        return EventMessage(wallTime: wallTime, step: record.epoch, content: .scalars(scalars))
    }

    /// Waits until all is on the storage device. Throws `.inputOutput`.
    func synchronize() throws(FastTrainError) {
        try training?.synchronize()
        try validation?.synchronize()
    }

    private func holdsEvents(_ folder: String) throws(FastTrainError) -> Bool {
        try System.names(in: folder).contains(where: EventFile.isOne)
    }

    /// Seconds since 1970.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
