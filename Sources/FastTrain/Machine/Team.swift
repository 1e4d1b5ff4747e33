import CThreadTeam

/// One member of a running thread team.
struct TeamMember {
    let rank: Int
    let size: Int
    fileprivate let team: OpaquePointer

    /// Waits for all members. Throws if another member has failed; the caller then leaves its body.
    func barrier() throws(FastTrainError) {
        guard ft_team_barrier(team) else { throw TeamMember.leftAlone }
    }

    /// Waits for all members like `barrier()`, but asleep. For waits of unknown length.
    func sleepingBarrier() throws(FastTrainError) {
        guard ft_team_sleeping_barrier(team) else { throw TeamMember.leftAlone }
    }

    /// Returns this member's share of `count` consecutive items. Shares differ by at most one item.
    func share(of count: Int) -> Range<Int> { TeamMember.share(of: count, rank: rank, size: size) }

    /// Returns this member's share of consecutive items.
    func share(of items: Range<Int>) -> Range<Int> {
        let share = share(of: items.count)
        return items.lowerBound + share.lowerBound..<items.lowerBound + share.upperBound
    }

    /// Returns the share of the member with the given rank in a team of the given size.
    static func share(of count: Int, rank: Int, size: Int) -> Range<Int> {
        count * rank / size..<count * (rank + 1) / size
    }

    fileprivate static let leftAlone = FastTrainError.internalError("another thread of the team failed")
}

enum Team {
    /// Runs `body` on `threads` threads at once, in one OpenMP parallel region, and waits for all of them.
    ///
    /// - Throws: The error of the lowest rank that failed by itself.
    static func run(
        threads: Int, _ body: @escaping @Sendable (TeamMember) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        let run = Run(body: body, threads: threads)
        let status = ft_team_run(
            Int32(threads), Int32(CPUs.usable().count), Run.memberBody, Unmanaged.passUnretained(run).toOpaque())
        if status == FT_TEAM_NO_THREADS {
            throw .inputOutput(
                path: "\(threads) threads", operation: "start", reason: "the system cannot provide that many")
        }
        if status == FT_TEAM_NO_SHARED_MEMORY {
            throw .inputOutput(path: "OpenMP's shared memory (/dev/shm)", operation: "open", reason: System.reason)
        }
        for error in run.errors {
            if let error, error != TeamMember.leftAlone { throw error }
        }
    }

    /// Runs a closure of the embedding program with the floating-point state that the calling thread had before it
    /// became a member of a team. The closure may call the library, whose default is then one thread.
    ///
    /// All code that a member does not own is called through this function: `stop`, `progress` and the like. It costs
    /// about 10 ns.
    static func callOut<Result>(_ body: () -> Result) -> Result {
        let absence = ft_team_leave()
        defer { ft_team_return(absence) }
        return body()
    }

    /// Whether the calling thread runs a closure that a team has called by `callOut`.
    static var isCalledOut: Bool { ft_team_is_called_out() }

    /// The state that the members share.
    ///
    /// `@unchecked Sendable`: each member writes only its own element of `slots`, and the caller reads them after all
    /// members have ended.
    private final class Run: @unchecked Sendable {
        let body: @Sendable (TeamMember) throws(FastTrainError) -> Void
        let slots: UnsafeMutableBufferPointer<FastTrainError?>

        init(body: @escaping @Sendable (TeamMember) throws(FastTrainError) -> Void, threads: Int) {
            self.body = body
            slots = .allocate(capacity: threads)
            slots.initialize(repeating: nil)
        }

        deinit {
            slots.deinitialize()
            slots.deallocate()
        }

        var errors: [FastTrainError?] {
            defer { extendLifetime(self) }
            return Array(slots)
        }

        static let memberBody: ft_team_body = { context, team, rank in
            let run = Unmanaged<Run>.fromOpaque(context!).takeUnretainedValue()
            do throws(FastTrainError) {
                try run.body(TeamMember(rank: Int(rank), size: Int(ft_team_size(team)), team: team!))
                return 0
            } catch {
                run.slots[Int(rank)] = error
                return 1
            }
        }
    }
}
