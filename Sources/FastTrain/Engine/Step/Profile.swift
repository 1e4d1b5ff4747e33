import CPlatform
import Synchronization

/// A phase of a step, as shown by `benchmark --profile`.
enum Phase: Int, CaseIterable {
    /// With several processes, each makes the sums of its shards (`reduce`) for the exchange, and after it the copies that
    /// the next step reads (`refresh`). Without, both are parts of `update`.
    case gather, pack, forward, normalize, loss, backward, gradient, reduce, update, refresh, exchange, barrier

    /// Whether the phase is shown for each layer.
    var hasLayers: Bool { isProduct || [.pack, .normalize, .reduce, .update, .refresh].contains(self) }

    /// Whether the phase is a matrix product.
    var isProduct: Bool { self == .forward || self == .backward || self == .gradient }
}

/// The time that each thread spends in each phase of each layer, and the multiply-adds that it executes there.
///
/// `@unchecked Sendable`: a thread writes its own counters only, and they are read after all threads have ended.
final class Profile: @unchecked Sendable {
    private let threads: Int
    private let layers: Int
    /// The counters of each thread's `LapTimer`, with a cache line between those of two threads.
    private let counters: Buffer<UInt64>
    private let isCounting = Atomic(false)
    private let countsMultiplyAdds: Bool

    /// Creates counters that are all zero.
    ///
    /// - Parameters:
    ///   - threads: The number of members of the team.
    ///   - layers: The number of layers of the network.
    ///   - countsMultiplyAdds: Whether to count multiply-adds too, for which the entries of lists are counted.
    init(threads: Int, layers: Int, countsMultiplyAdds: Bool = true) {
        self.threads = threads
        self.layers = layers
        self.countsMultiplyAdds = countsMultiplyAdds
        counters = Buffer(count: threads * LapTimer.counters(layers: layers))
    }

    /// Ends the warm-up: each thread counts from its next step on.
    func startCounting() { isCounting.store(true, ordering: .relaxed) }

    /// Returns the stopwatch for a thread's next step, or `nil` during the warm-up.
    func timer(rank: Int) -> LapTimer? {
        guard isCounting.load(ordering: .relaxed) else { return nil }
        return LapTimer(
            counters.base + rank * LapTimer.counters(layers: layers), countsMultiplyAdds: countsMultiplyAdds)
    }

    /// The number of steps counted.
    var steps: Int { Int(counters.base[1]) }

    /// Returns the ticks spent in a phase of a layer, averaged over the threads.
    func ticks(_ phase: Phase, layer: Int = 0) -> Double { sum(phase, layer, 0) / Double(threads) }

    /// Returns the multiply-adds that all threads executed in a phase of a layer.
    func multiplyAdds(_ phase: Phase, layer: Int = 0) -> Double { sum(phase, layer, 1) }

    private func sum(_ phase: Phase, _ layer: Int, _ kind: Int) -> Double {
        defer { extendLifetime(self) }
        return (0..<threads).reduce(0.0) {
            let base = counters.base + $1 * LapTimer.counters(layers: layers)
            return $0 + Double(base[LapTimer.place(phase, layer) + kind])
        }
    }
}

/// One thread's stopwatch. A lap assigns the time since the previous lap to a phase.
struct LapTimer {
    /// The time at the end of the last lap, the number of steps, then ticks and multiply-adds of each phase of each layer.
    private let counters: UnsafeMutablePointer<UInt64>

    private let countsMultiplyAdds: Bool

    fileprivate init(_ counters: UnsafeMutablePointer<UInt64>, countsMultiplyAdds: Bool) {
        self.counters = counters
        self.countsMultiplyAdds = countsMultiplyAdds
        counters[0] = ft_ticks()
        counters[1] += 1
    }

    /// Ends a phase: adds the time since the previous lap to it, and the multiply-adds that it executed. The time that
    /// counting them takes belongs to no phase.
    func lap(_ phase: Phase, layer: Int = 0, multiplyAdds: @autoclosure () -> Int) {
        lap(phase, layer: layer)
        guard countsMultiplyAdds else { return }
        counters[LapTimer.place(phase, layer) + 1] &+= UInt64(multiplyAdds())
        counters[0] = ft_ticks()
    }

    /// Ends a phase: adds the time since the previous lap to it.
    func lap(_ phase: Phase, layer: Int = 0) {
        let now = ft_ticks()
        counters[LapTimer.place(phase, layer)] &+= now &- counters[0]
        counters[0] = now
    }

    fileprivate static func place(_ phase: Phase, _ layer: Int) -> Int {
        2 + 2 * (layer * Phase.allCases.count + phase.rawValue)
    }

    fileprivate static func counters(layers: Int) -> Int { place(.gather, layers) + 16 }
}
