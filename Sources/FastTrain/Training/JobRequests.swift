import Synchronization

/// The requests of a `TrainingJob` to its run, and how far the run is.
///
/// Tasks make requests at any time. Rank 0 of the run answers them between two steps.
final class JobRequests: Sendable {
    typealias Pause = CheckedContinuation<Void, Never>
    typealias Save = CheckedContinuation<Result<String, FastTrainError>?, Never>
    typealias Wait = CheckedContinuation<Result<Outcome, FastTrainError>, Never>

    private struct State {
        var isPaused = false
        var isStopped = false
        /// Whether the run waits between two steps because it is paused.
        var isHeld = false
        var result: Result<Outcome, FastTrainError>?
        var pauses: [Pause] = []
        var saves: [Save] = []
        var waits: [Wait] = []
    }

    /// The next duty of rank 0 between two steps.
    private enum Duty {
        case announcePause([Pause])
        case save([Save])
        case goOn
    }

    private let state = Guarded(State())
    // Copies for the loop of steps, which takes no lock.
    private let pending = Atomic(false)
    private let stopped = Atomic(false)

    /// Whether rank 0 must call `attend` before the next step.
    var arePending: Bool { pending.load(ordering: .relaxed) }

    /// Whether the run must end.
    var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// Changes the state and the copies of it.
    private func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
        state.change { state in
            defer {
                pending.store(state.isPaused || !state.saves.isEmpty, ordering: .relaxed)
                stopped.store(state.isStopped, ordering: .relaxed)
            }
            return body(&state)
        }
    }

    // MARK: - For tasks

    /// Asks the run to end.
    func stop() { change { $0.isStopped = true } }

    /// Asks the run to wait, and returns once it does, or once it has ended or goes on again.
    func pause() async {
        await withCheckedContinuation { (pause: Pause) in
            let isDone = change { state in
                state.isPaused = true
                if state.isHeld || state.result != nil { return true }
                state.pauses.append(pause)
                return false
            }
            if isDone { pause.resume() }
        }
    }

    /// Lets a paused run go on.
    func resume() {
        let pauses = change { state in
            state.isPaused = false
            return state.pauses.takeAll()
        }
        for pause in pauses { pause.resume() }
    }

    /// Asks the run for a checkpoint, and returns its path; `nil` if the run has ended.
    func checkpoint() async throws(FastTrainError) -> String? {
        let answer = await withCheckedContinuation { (save: Save) in
            let hasEnded = change { state in
                if state.result == nil { state.saves.append(save) }
                return state.result != nil
            }
            if hasEnded { save.resume(returning: nil) }
        }
        return try answer?.get()
    }

    /// The result of the run, once it has ended.
    var result: Result<Outcome, FastTrainError> {
        get async {
            await withCheckedContinuation { (wait: Wait) in
                let result = change { state in
                    if state.result == nil { state.waits.append(wait) }
                    return state.result
                }
                if let result { wait.resume(returning: result) }
            }
        }
    }

    // MARK: - For the run

    /// Answers requests, and waits as long as the run is paused and not stopped.
    ///
    /// - Parameter save: Writes a checkpoint and returns its path.
    func attend(save: () throws(FastTrainError) -> String) {
        while true {
            switch nextDuty() {
            case .announcePause(let pauses): for pause in pauses { pause.resume() }
            case .save(let saves):
                let answer = Result { () throws(FastTrainError) in try save() }
                for save in saves { save.resume(returning: answer) }
            case .goOn: return
            }
        }
    }

    private func nextDuty() -> Duty {
        let duty: Duty = state.wait { state in
            state.isHeld = state.isPaused && !state.isStopped
            if state.isHeld, !state.pauses.isEmpty { return .announcePause(state.pauses.takeAll()) }
            if !state.saves.isEmpty { return .save(state.saves.takeAll()) }
            return state.isHeld ? nil : .goOn
        }
        change { _ in }
        return duty
    }

    /// Records the end of the run, and answers everyone who waits.
    func finish(_ result: Result<Outcome, FastTrainError>) {
        let (pauses, saves, waits) = change { state in
            state.result = result
            return (state.pauses.takeAll(), state.saves.takeAll(), state.waits.takeAll())
        }
        for pause in pauses { pause.resume() }
        for save in saves { save.resume(returning: nil) }
        for wait in waits { wait.resume(returning: result) }
    }
}

extension Array {
    /// Removes all elements and returns them.
    fileprivate mutating func takeAll() -> [Element] {
        defer { removeAll() }
        return self
    }
}
