import CProcessGroup
import Platform
import Synchronization

/// The watch over the other processes: they may die, be stopped, or be cut off while this one waits for them, and MPI
/// would wait forever.
extension ProcessGroup {
    /// Whom the watch tells that the run cannot go on.
    private struct Listener {
        let hosts: [String]
        let lost: @Sendable (String?, Int32) -> Void
    }

    private static let listener = Mutex<Listener?>(nil)

    /// The exit code of a process whose group is broken: an input or output error.
    private static let brokenCode: Int32 = 74

    /// Whether another process has reported an error, which ends the group.
    package static var hasError: Bool { ft_watch_has_error() != 0 }

    /// Starts the watch. Every process exchanges signs of life with rank 0.
    func watch(_ lost: @escaping @Sendable (String?, Int32) -> Void) throws(FastTrainError) {
        var place = ft_watch_place()
        let isLocal = Set(hosts).count == 1
        if rank == 0 { try ProcessGroup.check(ft_watch_open(isLocal ? 1 : 0, &place)) }
        let bytes = try broadcast(withUnsafeBytes(of: place) { Array($0) })
        withUnsafeMutableBytes(of: &place) { $0.copyBytes(from: bytes) }
        ProcessGroup.listener.withLock { $0 = Listener(hosts: hosts, lost: lost) }
        try ProcessGroup.check(
            ft_watch_start(Int32(rank), Int32(size), &place) { end, value in ProcessGroup.tell(end, value) })
    }

    private static func check(_ code: Int32) throws(FastTrainError) {
        guard code == 0 else {
            throw .inputOutput(
                path: "the other processes", operation: "watch", reason: String(cString: strerror(code)))
        }
    }

    private static func tell(_ end: ft_watch_end, _ value: Int32) {
        guard let listener = listener.withLock({ $0 }) else { return }
        if end == FT_WATCH_REPORTED { return listener.lost(nil, value) }
        let host = listener.hosts.indices.contains(Int(value)) ? listener.hosts[Int(value)] : "?"
        let what = end == FT_WATCH_DEAD ? "has died" : "has given no sign of life for \(FT_WATCH_SECONDS) s"
        listener.lost("rank \(value) on host \(host) \(what)", brokenCode)
    }

    /// Ends this process without a word to MPI, which may be waiting for a process that is gone. The others are told.
    package static func leave(_ code: Int32) -> Never {
        ft_watch_leave(code)
        _exit(code)
    }
}
