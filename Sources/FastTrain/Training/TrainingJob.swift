import Synchronization

/// A run that trains in the background, on threads of its own.
///
///     let job = try Training(recipe, on: data, options: options).start()
///     for await event in job.progress {
///         if case .epoch(let record) = event { print(record.trainLoss) }
///     }
///     let outcome = try await job.outcome
///
/// The run goes on whether or not the job is kept. Pauses, checkpoints and stops happen between two steps and change no
/// number of the result.
public final class TrainingJob: Sendable {
    /// The progress of the run.
    public let progress: TrainingEvents
    private let requests: JobRequests

    fileprivate init(_ requests: JobRequests, _ mailbox: EventMailbox) {
        self.requests = requests
        progress = TrainingEvents(mailbox: mailbox)
    }

    /// Holds the run before its next step, and returns once it is held. It then uses no CPU time until `resume()` or
    /// `stop()`.
    ///
    /// Returns at once if the run has ended. A run past its last step ends instead of being held.
    public func pause() async { await requests.pause() }

    /// Lets a paused run go on. It has no effect on a run that is not paused.
    public func resume() { requests.resume() }

    /// Saves a checkpoint before the next step and returns its path. A paused run saves it at once and stays paused.
    ///
    /// After the end of the run, returns the path of its newest checkpoint.
    ///
    /// - Throws: `.invalidUse` if the run has no folder; `.diverged` if a parameter is not finite; any error of writing
    ///   the file, after which the run goes on; and after the end of a run that failed, its error.
    public func checkpoint() async throws(FastTrainError) -> String {
        if let path = try await requests.checkpoint() { return path }
        if let path = try await outcome.checkpoint { return path }
        throw .noFolder
    }

    /// Ends the run before its next step, once a checkpoint is saved. The outcome's `ending` is then `.interrupted`,
    /// unless the run ended before.
    public func stop() { requests.stop() }

    /// The result of the run, once it has ended.
    ///
    /// Cancelling the task that waits for it does not stop the run.
    ///
    /// - Throws: The errors of `Training.train(stop:progress:)`.
    public var outcome: Outcome {
        get async throws(FastTrainError) { try await requests.result.get() }
    }
}

extension Training {
    /// Trains in the background, on threads of its own. A run is trained once.
    ///
    /// - Returns: A handle of the run.
    /// - Throws: `.invalidUse` if the run was trained before or is being trained; `.inputOutput` if the system cannot
    ///   create a thread. Other errors are thrown by the job's `outcome`.
    public func start() throws(FastTrainError) -> TrainingJob {
        let mailbox = EventMailbox()
        let requests = try begin(progress: mailbox.send, atEnd: mailbox.close)
        return TrainingJob(requests, mailbox)
    }

    /// Trains and evaluates the model on threads of its own, which leaves those of Swift's tasks free. With a run
    /// folder, writes all results there. A run is trained once.
    ///
    /// If the task is cancelled, the run ends after its next step, once a checkpoint is saved, and the outcome's
    /// `ending` is `.interrupted`. No `CancellationError` is thrown, because the outcome has the model so far and the
    /// checkpoint.
    ///
    /// - Parameter progress: A function that is called with the progress of the run, on a thread of the run.
    /// - Returns: The trained model and its results.
    /// - Throws: `.invalidUse` if the run was trained before or is being trained; `.diverged` if the loss or a
    ///   parameter is not finite; `.inputOutput` if the system cannot create a thread; and any error of writing the
    ///   files.
    public func train(
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws(FastTrainError) -> Outcome {
        let requests = try begin(progress: progress, atEnd: {})
        let result = await withTaskCancellationHandler {
            await requests.result
        } onCancel: {
            requests.stop()
        }
        return try result.get()
    }

    /// Starts a thread that leads the run.
    private func begin(
        progress: @escaping @Sendable (TrainingProgress) -> Void, atEnd: @escaping @Sendable () -> Void
    ) throws(FastTrainError) -> JobRequests {
        try claim()
        let requests = JobRequests()
        let owner = Mutex<Training?>(self)
        try WorkerThread.detach {
            // When the end is announced, the thread owns neither the run nor, through it, its folder.
            let result = Training.result(owner.withLock { $0.take() }!, requests, progress)
            atEnd()
            requests.finish(result)
        }
        return requests
    }

    @inline(never)
    private static func result(
        _ training: Training, _ requests: JobRequests,
        _ progress: @escaping @Sendable (TrainingProgress) -> Void
    ) -> Result<Outcome, FastTrainError> {
        Result { () throws(FastTrainError) in
            try training.run(
                RunLoop(training, stop: { requests.isStopped }, progress: progress, requests: requests))
        }
    }
}

extension FastTrainError {
    /// The error of a checkpoint that was asked for and has no place.
    static let noFolder = FastTrainError.invalidUse("checkpoint: expected a run with a folder, see `output`")
}
