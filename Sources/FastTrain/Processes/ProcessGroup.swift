import CProcessGroup
import Platform

/// The processes that train one run together, each with some shards of every minibatch: the ranks of an MPI program.
///
/// They exchange bytes through MPI and never let it compute. All processes call the functions that exchange something in
/// the same order, each on the thread that started the group, which is rank 0 of its thread team.
///
/// `@unchecked Sendable`: the stored state is used on that thread alone.
package final class ProcessGroup: @unchecked Sendable {
    /// The number of this process, from 0.
    package let rank: Int
    /// The number of processes.
    package let size: Int
    /// Whether this is the process that has the files of a run and reports about it.
    package var isLead: Bool { rank == 0 }
    /// The name of each process's host, by rank.
    package private(set) var hosts: [String]
    /// The name and version of the MPI library.
    package let library: String
    private let mpi: ft_mpi
    /// The operations that were begun and not waited for, oldest first, with their counts and positions.
    private var pending: [Operation] = []
    /// The seconds that this process has waited for exchanges so far.
    private(set) var secondsWaited = 0.0

    /// An exchange in progress.
    final class Operation {
        fileprivate var request: Int32 = -1
        fileprivate var hasEnded = false
        private let numbers: [Buffer<Int32>]

        fileprivate init(_ numbers: [[Int]]) {
            self.numbers = numbers.map { values in
                let buffer = Buffer<Int32>(count: values.count)
                for (index, value) in values.enumerated() { buffer.base[index] = Int32(value) }
                return buffer
            }
        }

        fileprivate subscript(index: Int) -> UnsafePointer<Int32> { UnsafePointer(numbers[index].base) }
    }

    init(_ mpi: ft_mpi) throws(FastTrainError) {
        self.mpi = mpi
        var (rank, size): (Int32, Int32) = (0, 1)
        let error = mpi.start(&rank, &size)
        guard error == 0 else { throw ProcessGroup.failure("start MPI", mpi.reason(error)) }
        self.rank = Int(rank)
        self.size = Int(size)
        // Open MPI adds where and when it was built, MPICH a page of options.
        let text = mpi.library().map { String(cString: $0) } ?? "MPI"
        let name = text.split { $0 == "," || $0 == "\n" }.first ?? "MPI"
        library = name.split { $0.isWhitespace }.joined(separator: " ")
        hosts = []
        hosts = try gather(Array(Machine.hostName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Ends MPI, once all processes are done.
    package func end() throws(FastTrainError) {
        _ = try gather([1])
        ft_watch_leave(0)
        try check(mpi.end(), "end MPI")
    }

    /// Ends all processes with an exit code. The caller then ends, too.
    package func abort(_ code: Int32) {
        ft_watch_leave(code)
        mpi.abort(code)
    }

    /// Returns the share of this process of `count` consecutive items. Shares differ by at most one item.
    func share(of count: Int) -> Range<Int> { share(of: count, rank: rank) }

    /// Returns the share of the process with the given rank.
    func share(of count: Int, rank: Int) -> Range<Int> { TeamMember.share(of: count, rank: rank, size: size) }

    /// A few words about the group: "4 on 2 hosts, Open MPI v4.1.4".
    package var summary: String {
        let machines = Set(hosts).count == 1 ? "host \(hosts[0])" : Format.count(Set(hosts).count, "host")
        return "\(size) on \(machines), \(library)"
    }

    /// Returns the words that tell a process from the others, such as "rank 2 on host b".
    package func name(_ rank: Int) -> String { "rank \(rank) on host \(hosts[rank])" }

    // MARK: - Exchanges of numbers

    /// A part of a buffer for each process, in units of 4 bytes.
    struct Parts {
        var counts: [Int]
        var positions: [Int]

        /// Parts that lie one after another.
        init(counts: [Int]) {
            self.counts = counts
            positions = counts.indices.map { counts[..<$0].reduce(0, +) }
        }

        /// Parts given by their ranges.
        init(_ ranges: [Range<Int>]) {
            counts = ranges.map(\.count)
            positions = ranges.map(\.lowerBound)
        }

        /// The number of units from the start to the end of the last part.
        var end: Int { zip(positions, counts).map(+).max() ?? 0 }
    }

    /// Begins to send a part of `send` to each process, and to receive a part from each.
    func beginExchange(
        _ send: UnsafeRawPointer, _ sent: Parts, receive: UnsafeMutableRawPointer, _ received: Parts
    ) throws(FastTrainError) -> Operation {
        let operation = Operation([sent.counts, sent.positions, received.counts, received.positions])
        return try begin(
            operation,
            mpi.begin_exchange(
                send, operation[0], operation[1], receive, operation[2], operation[3], &operation.request))
    }

    /// Begins to make the parts of all processes known to all.
    ///
    /// - Parameters:
    ///   - data: Holds this process's part, and receives the others.
    ///   - parts: The part of each process.
    func beginGather(_ data: UnsafeMutableRawPointer, _ parts: Parts) throws(FastTrainError) -> Operation {
        let operation = Operation([parts.counts, parts.positions])
        return try begin(operation, mpi.begin_gather(data, operation[0], operation[1], &operation.request))
    }

    /// Sends this process's part to rank 0.
    ///
    /// - Parameters:
    ///   - part: This process's part.
    ///   - all: Receives all parts on rank 0; `nil` elsewhere.
    ///   - parts: The part of each process in `all`.
    func collect(
        _ part: UnsafeRawPointer, into all: UnsafeMutableRawPointer?, _ parts: Parts
    ) throws(FastTrainError) {
        let operation = Operation([parts.counts, parts.positions])
        let code = mpi.begin_collect(
            part, Int32(parts.counts[rank]), all, operation[0], operation[1], &operation.request)
        try wait(try begin(operation, code))
    }

    private func begin(_ operation: Operation, _ code: Int32) throws(FastTrainError) -> Operation {
        try check(code, "exchange")
        pending.append(operation)
        return operation
    }

    /// Lets the exchanges in progress go on. MPI moves bytes only while it is called.
    func progress() throws(FastTrainError) {
        if let oldest = pending.first { _ = try test(oldest) }
    }

    /// Waits for the end of an exchange.
    func wait(_ operation: Operation) throws(FastTrainError) {
        // Moving the bytes counts, too: MPI does it in `test`.
        let begin = RunClock.now()
        defer { secondsWaited += RunClock.now() - begin }
        var tries = 0
        while try !test(operation) {
            tries += 1
            if tries > 20_000 {
                // A wait of many milliseconds, such as one for a checkpoint of rank 0.
                usleep(100)
            } else if tries > 200 {
                sched_yield()
            }
        }
    }

    private func test(_ operation: Operation) throws(FastTrainError) -> Bool {
        if operation.hasEnded { return true }
        try check(mpi.test(operation.request, &operation.hasEnded), "exchange")
        if operation.hasEnded { pending.removeAll { $0 === operation } }
        return operation.hasEnded
    }

    // MARK: - Exchanges of bytes

    /// Returns the bytes of all processes, by rank.
    package func gather(_ mine: [UInt8]) throws(FastTrainError) -> [[UInt8]] {
        let counts = Buffer<Int32>(count: size)
        counts.base[rank] = Int32(mine.count)
        try wait(try beginGather(counts.base, Parts(counts: [Int](repeating: 1, count: size))))
        let sizes = counts.array.map(Int.init)
        let parts = Parts(counts: sizes.map { ($0 + 3) / 4 })
        let all = Buffer<UInt8>(count: 4 * parts.end)
        (all.base + 4 * parts.positions[rank]).update(from: mine, count: mine.count)
        try wait(try beginGather(all.base, parts))
        return (0..<size).map { rank in
            Array(UnsafeBufferPointer(start: all.base + 4 * parts.positions[rank], count: sizes[rank]))
        }
    }

    /// Returns the bytes of rank 0 in all processes.
    package func broadcast(_ bytes: [UInt8]) throws(FastTrainError) -> [UInt8] {
        let count = Buffer<Int>(count: 1)
        count.base[0] = bytes.count
        try broadcast(count.base, words: 2)
        let data = Buffer<UInt8>(count: (count.base[0] + 3) / 4 * 4)
        if rank == 0 { data.base.update(from: bytes, count: bytes.count) }
        try broadcast(data.base, words: data.count / 4)
        return Array(UnsafeBufferPointer(start: data.base, count: count.base[0]))
    }

    /// Overwrites `words` · 4 bytes in all processes by those of rank 0.
    private func broadcast(_ data: UnsafeMutableRawPointer, words: Int) throws(FastTrainError) {
        // MPI counts in Int32.
        let most = 1 << 28
        for first in stride(from: 0, to: words, by: most) {
            let operation = Operation([])
            let code = mpi.begin_broadcast(data + 4 * first, Int32(min(most, words - first)), &operation.request)
            try wait(try begin(operation, code))
        }
    }

    /// Returns whether rank 0 says yes.
    func decide(_ isWanted: Bool) throws(FastTrainError) -> Bool { try broadcast([isWanted ? 1 : 0]) == [1] }

    /// Returns whether any process says yes.
    func isWantedByAny(_ isWanted: Bool) throws(FastTrainError) -> Bool {
        try gather([isWanted ? 1 : 0]).contains([1])
    }

    /// Returns the sum of a number over all processes, for figures that need not be reproducible.
    func sum(_ value: Double) throws(FastTrainError) -> Double {
        try gather(withUnsafeBytes(of: value) { Array($0) }).reduce(0) { sum, bytes in
            sum + bytes.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
        }
    }

    // MARK: - Errors

    private func check(_ code: Int32, _ operation: String) throws(FastTrainError) {
        guard code == 0 else { throw ProcessGroup.failure(operation, mpi.reason(code)) }
    }

    private static func failure(_ operation: String, _ reason: UnsafePointer<CChar>?) -> FastTrainError {
        .inputOutput(
            path: "the other processes", operation: operation,
            reason: reason.map { String(cString: $0) } ?? "unknown reason")
    }
}

extension ProcessGroup? {
    /// Whether this process has the files of a run and reports about it: it is the lead of its group, or alone.
    package var isLead: Bool { self?.isLead ?? true }
}
