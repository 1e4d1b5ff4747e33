/// The load that the exchange among several processes puts on training.
package struct ExchangeLoad: Sendable, Hashable {
    /// The part of the time that a process waits for others, averaged over the processes.
    package var share: Double
    /// The time that the busiest process computes longer than the average, as a part of the average.
    package var imbalance: Double
}

/// Times spent in training by several processes, without validation and saving.
struct ExchangeTime {
    private(set) var seconds = 0.0
    /// The seconds that each process waited, by rank.
    private var waited: [Double] = []
    /// The time at the start of the current stretch of steps, and what each process had waited by then.
    private var start: (time: Double, waited: [Double])?

    /// Counts the time up to the end of a step. The first step after `pause` only starts the stretch.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - waited: The seconds that each process has waited since it started.
    mutating func count(now: Double, waited total: [Double]) {
        if let start {
            seconds += now - start.time
            if waited.isEmpty { waited = [Double](repeating: 0, count: total.count) }
            for rank in total.indices { waited[rank] += total[rank] - start.waited[rank] }
        }
        start = (now, total)
    }

    /// Ends a stretch of steps: what comes until the next step is not counted.
    mutating func pause() { start = nil }

    /// Adds the time that was counted elsewhere.
    mutating func add(_ other: ExchangeTime) {
        seconds += other.seconds
        waited = waited.isEmpty ? other.waited : zip(waited, other.waited).map(+)
    }

    /// The load of the time counted; `nil` if there is none.
    var load: ExchangeLoad? {
        guard seconds > 0 else { return nil }
        let busy = waited.map { max(0, seconds - $0) }
        let mean = busy.reduce(0, +) / Double(busy.count)
        return ExchangeLoad(
            share: 1 - mean / seconds, imbalance: mean > 0 ? (busy.max() ?? mean) / mean - 1 : 0)
    }
}
