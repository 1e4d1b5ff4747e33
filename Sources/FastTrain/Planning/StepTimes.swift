/// The time that some steps took: the sum over their phases, averaged over the threads, in ticks for each step.
struct StepTimes: Sendable, Equatable {
    /// The phases of each layer. The gathering of the features counts with the first layer.
    var layers: [Double]
    /// All phases, with the waiting at barriers.
    var whole: Double
}

/// Measures steps by counters of their own, whose previous values it remembers.
struct StepMeter {
    /// Where the steps to be measured are recorded.
    let profile: Profile
    private let layerCount: Int
    private var steps = 0
    private var layers: [Double]
    private var whole = 0.0

    init(threads: Int, layers: Int) {
        profile = Profile(threads: threads, layers: layers, countsMultiplyAdds: false)
        profile.startCounting()
        layerCount = layers
        self.layers = Array(repeating: 0, count: layers)
    }

    /// Returns the times of the steps since the last call, or `nil` if there were none.
    mutating func take() -> StepTimes? {
        var sums = [Double](repeating: 0, count: layerCount)
        var total = 0.0
        for phase in Phase.allCases {
            for layer in 0..<(phase.hasLayers ? layerCount : 1) {
                let ticks = profile.ticks(phase, layer: layer)
                total += ticks
                if phase.hasLayers || phase == .gather { sums[layer] += ticks }
            }
        }
        let count = Double(profile.steps - steps)
        defer { (steps, layers, whole) = (profile.steps, sums, total) }
        guard count > 0 else { return nil }
        return StepTimes(layers: zip(sums, layers).map { ($0 - $1) / count }, whole: (total - whole) / count)
    }
}
