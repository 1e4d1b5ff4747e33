import Platform

/// The epochs of a run as event files for TensorBoard.
///
/// The folder holds two TensorBoard runs, `training` and `validation`, because TensorBoard draws one curve per run and
/// name. The horizontal axis is the epoch.
///
///     training      loss, learning_rate, samples_per_second
///     validation    loss, and accuracy or r2; only if the run has validation
///
/// Only one thread at a time may use it.
final class TensorBoardLog: @unchecked Sendable {
    // Unchecked because only rank 0 of the session writes; see above.
    let folder: String
    private let isResumed: Bool
    private let lock: FolderLock
    private var training: EventFile?
    private var validation: EventFile?

    private var trainingFolder: String { folder + "/training" }
    private var validationFolder: String { folder + "/validation" }

    /// Creates the folder and takes ownership of it.
    ///
    /// - Parameters:
    ///   - folder: The folder for the event files.
    ///   - isResumed: Whether the run is resumed and adds to existing events. The folder of a new run must not hold
    ///     any.
    /// - Throws: `.cannotCreate` if a new run's folder holds events or the folder cannot be created; `.inputOutput` if
    ///   the operating system reports an error; `.folderInUse` if another run owns the folder.
    init(_ folder: String, isResumed: Bool) throws(FastTrainError) {
        guard !folder.isEmpty else { throw .invalidSetting(name: "tensorBoard", expected: "a folder", found: "none") }
        self.folder = folder
        self.isResumed = isResumed
        try FileSystem.makeFolder(folder)
        // The lock's name differs from that of a run folder, because both may be the same folder.
        lock = try FolderLock.take(folder, file: "events.lock")
        guard !isResumed else { return }
        guard try !holdsEvents(trainingFolder), try !holdsEvents(validationFolder) else {
            throw .cannotCreate(
                path: folder, reason: "holds the events of another run (`tensorBoard`); choose another folder")
        }
    }

    /// Opens the files and, for a resumed run, writes its finished epochs again.
    ///
    /// Readers are told to discard earlier events: they may include later epochs, from before a kill, or lack epochs of
    /// a session without event files.
    ///
    /// - Parameters:
    ///   - history: The finished epochs.
    ///   - validates: Whether the run has validation.
    /// - Throws: `.cannotCreate` if a file cannot be created; `.inputOutput` if writing fails.
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
        // Times are set as if the previous session had ended now.
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

    /// Returns an event with those of `scalars` that are not `nil`.
    private static func event(
        _ record: EpochRecord, _ wallTime: Double, _ scalars: [(String, Double?)]
    ) -> EventMessage {
        let scalars = scalars.compactMap { name, value in value.map { (name: name, value: Float($0)) } }
        return EventMessage(wallTime: wallTime, step: record.epoch, content: .scalars(scalars))
    }

    /// Waits until everything is on the storage device. Throws `.inputOutput`.
    func synchronize() throws(FastTrainError) {
        try training?.synchronize()
        try validation?.synchronize()
    }

    private func holdsEvents(_ folder: String) throws(FastTrainError) -> Bool {
        try System.names(in: folder).contains(where: EventFile.isOne)
    }

    /// The current time in seconds since 1970.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
