import CIntrinsics
import Synchronization

/// A part of a step, as `benchmark --profile` tells them apart.
enum Phase: Int, CaseIterable {
    case gather, pack, forward, normalize, loss, backward, gradient, update, barrier

    /// Whether it is told apart by layers.
    var hasLayers: Bool { isProduct || [.pack, .normalize, .update].contains(self) }

    /// Whether it is a matrix product.
    var isProduct: Bool { self == .forward || self == .backward || self == .gradient }
}

/// Where the time of each thread goes, and how many multiply-adds it executes, by phase and layer.
///
/// `@unchecked Sendable`: a thread writes its own counters only, and they are read after all have ended.
final class Profile: @unchecked Sendable {
    private let threads: Int
    private let layers: Int
    /// For each thread its `LapTimer`'s counters; a cache line between two threads'.
    private let counters: Buffer<UInt64>
    private let isCounting = Atomic(false)

    init(threads: Int, layers: Int) {
        self.threads = threads
        self.layers = layers
        counters = Buffer(count: threads * LapTimer.counters(layers: layers))
    }

    /// Ends the warm-up: from its next step on, each thread counts.
    func startCounting() { isCounting.store(true, ordering: .relaxed) }

    /// For a thread's next step; nil during the warm-up.
    func timer(rank: Int) -> LapTimer? {
        guard isCounting.load(ordering: .relaxed) else { return nil }
        return LapTimer(counters.base + rank * LapTimer.counters(layers: layers))
    }

    /// Steps that rank 0 counted.
    var steps: Int { Int(counters.base[1]) }

    /// Ticks of a phase of a layer, a thread's mean.
    func ticks(_ phase: Phase, layer: Int = 0) -> Double { sum(phase, layer, 0) / Double(threads) }

    /// Multiply-adds that all threads executed.
    func multiplyAdds(_ phase: Phase, layer: Int = 0) -> Double { sum(phase, layer, 1) }

    private func sum(_ phase: Phase, _ layer: Int, _ kind: Int) -> Double {
        defer { extendLifetime(self) }
        return (0..<threads).reduce(0.0) {
            let base = counters.base + $1 * LapTimer.counters(layers: layers)
            return $0 + Double(base[LapTimer.place(phase, layer) + kind])
        }
    }
}

/// One thread's stopwatch: what has gone since the lap before counts for the phase that a lap names.
struct LapTimer {
    /// When the last lap ended, how many steps were begun, then ticks and multiply-adds of each phase of each layer.
    private let counters: UnsafeMutablePointer<UInt64>

    fileprivate init(_ counters: UnsafeMutablePointer<UInt64>) {
        self.counters = counters
        counters[0] = ft_ticks()
        counters[1] += 1
    }

    /// Ends a phase: adds the time since the previous lap to it, and the multiply-adds that it executed. The time that
    /// counting them takes belongs to no phase.
    func lap(_ phase: Phase, layer: Int = 0, multiplyAdds: @autoclosure () -> Int) {
        lap(phase, layer: layer)
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
