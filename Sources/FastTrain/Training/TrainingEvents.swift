import Synchronization

/// The progress of a `TrainingJob` as an asynchronous sequence, from the start of the run to its end.
///
/// Every epoch and every checkpoint is an event. A step that was not read before the next one was reported is left out,
/// so a slow reader, or none, costs little memory. Each event goes to one reader. The sequence ends with the run, also
/// if the run fails, and with the cancellation of the task that reads it, which does not stop the run.
public struct TrainingEvents: AsyncSequence, Sendable {
    let mailbox: EventMailbox

    /// Creates an iterator, which reads the events that no other one has read.
    public func makeAsyncIterator() -> Iterator { Iterator(mailbox: mailbox) }

    /// Reads the events one after another.
    public struct Iterator: AsyncIteratorProtocol {
        let mailbox: EventMailbox

        /// Waits for the next event; `nil` at the end of the run.
        public mutating func next() async -> TrainingProgress? { await mailbox.next() }

        /// Waits for the next event; `nil` at the end of the run.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Never) -> TrainingProgress? { await mailbox.next() }
    }
}

/// The events that a run has reported and no task has read yet.
final class EventMailbox: Sendable {
    private typealias Reader = CheckedContinuation<TrainingProgress?, Never>

    private struct State {
        var events: [TrainingProgress] = []
        /// The number of events at the start of `events` that have been read.
        var readCount = 0
        var isClosed = false
        var readers: [(id: Int, reader: Reader)] = []
        var readerCount = 0

        /// Removes and returns the oldest event.
        mutating func take() -> TrainingProgress? {
            guard readCount < events.count else { return nil }
            defer {
                readCount += 1
                if readCount == events.count {
                    events.removeAll()
                    readCount = 0
                }
            }
            return events[readCount]
        }
    }

    private let state = Mutex(State())

    /// Adds an event. A step replaces the last event if that is a step, too.
    func send(_ event: TrainingProgress) {
        let reader: Reader? = state.withLock { state in
            if !state.readers.isEmpty { return state.readers.removeFirst().reader }
            if case .step = event, case .step? = state.events.last { state.events.removeLast() }
            state.events.append(event)
            return nil
        }
        reader?.resume(returning: event)
    }

    /// Ends the sequence after the events that were sent.
    func close() {
        let readers = state.withLock { state in
            state.isClosed = true
            defer { state.readers.removeAll() }
            return state.readers
        }
        for (_, reader) in readers { reader.resume(returning: nil) }
    }

    func next() async -> TrainingProgress? {
        let id = state.withLock { state in
            state.readerCount += 1
            return state.readerCount
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: Reader) in
                let (event, isDone) = state.withLock { state in
                    let event = Task.isCancelled ? nil : state.take()
                    let isDone = event != nil || state.isClosed || Task.isCancelled
                    if !isDone { state.readers.append((id, reader)) }
                    return (event, isDone)
                }
                if isDone { reader.resume(returning: event) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0).reader }
            }
            reader?.resume(returning: nil)
        }
    }
}
