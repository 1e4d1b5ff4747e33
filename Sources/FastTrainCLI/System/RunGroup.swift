import ArgumentParser
import FastTrain
import Platform
import ProgramSupport
import Synchronization

/// The other processes of this program that a launcher such as `mpirun` has started with it.
enum RunGroup {
    private static let group = Mutex<ProcessGroup?>(nil)
    /// The seconds within which one process reports an error that all have, and the launcher ends the others.
    private static let patience: UInt32 = 5

    /// Joins the other processes.
    ///
    /// - Parameter isRequired: Whether to start MPI even if nothing says that there are others.
    /// - Returns: The group, or `nil` if this process is alone.
    static func join(isRequired: Bool) throws(FastTrainError) -> ProcessGroup? {
        let joined = try ProcessGroup.start(isRequired: isRequired) { reason, code in end(reason, code) }
        group.withLock { $0 = joined }
        return joined
    }

    /// Ends this process because another one has ended or failed: with a line about it, unless that one has written it.
    private static func end(_ reason: String?, _ code: Int32) {
        if let reason {
            // If rank 0 is lost, all others notice; one of them reports it.
            let isFirst = group.withLock { $0.map { $0.rank <= 1 } ?? true }
            if !isFirst { sleep(patience) }
            Console.error(prefix + reason)
        } else {
            // The launcher ends this process, too. Give it the time to pass on what the other one has written.
            sleep(patience)
        }
        ProcessGroup.leave(code)
    }

    /// Whether this process reports what the group does. It does if it is alone.
    static var isReporter: Bool { group.withLock { $0?.rank ?? ProcessGroup.launched()?.rank ?? 0 } == 0 }

    /// Parts from the other processes once all are done.
    static func leave() throws(FastTrainError) {
        guard let joined = group.withLock({ $0 }) else { return }
        try joined.end()
        group.withLock { $0 = nil }
    }

    /// Throws unless a command can run in several processes, if there are several.
    static func expectAlone(_ command: some ParsableCommand) throws {
        guard !(command is any GroupCommand) else { return }
        try expectOneProcess(type(of: command).configuration.commandName ?? "\(type(of: command))".lowercased())
    }

    /// Throws unless this process is alone.
    ///
    /// - Parameter name: What runs in one process only.
    static func expectOneProcess(_ name: String) throws {
        guard let place = ProcessGroup.launched() else { return }
        guard place.rank == 0 else {
            // The launcher ends the others as soon as one ends.
            sleep(patience)
            throw ExitCode(64)
        }
        throw FastTrainError.invalidUse(
            "\(name): expected one process, found \(place.size); run it without mpirun or srun")
    }

    /// The name of this process for messages, such as "rank 2 on host b: "; empty if it is alone.
    static var prefix: String { group.withLock { $0.map { $0.name($0.rank) + ": " } ?? "" } }

    /// Gives rank 0 the time to report an error that all processes have, and to end them. If it does not, the error is this
    /// process's own.
    static func yieldToReporter() {
        if !isReporter { sleep(patience) }
        // Another process has reported its error, and ends this one.
        if ProcessGroup.hasError { sleep(2 * patience) }
    }

    /// Ends all processes after an error of this one.
    static func abort(_ code: Int32) {
        group.withLock { $0 }?.abort(code)
    }
}

/// A command that several processes can run together.
protocol GroupCommand: ParsableCommand {}

/// The option `--mpi`.
struct GroupOptions: ParsableArguments {
    @Flag(
        help: """
            Train in several processes, even if the launcher's environment does not tell that there are others. Processes \
            started by mpirun or srun find each other without it.
            """)
    var mpi = false

    /// Joins the other processes.
    func join() throws(FastTrainError) -> ProcessGroup? { try RunGroup.join(isRequired: mpi) }
}
