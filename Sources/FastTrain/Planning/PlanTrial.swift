/// A comparison of two plans by alternating steps: is a change of some layers clearly faster?
///
/// A layer whose change is clearly slower is left out of the remaining pairs, so that it costs no more time. A change is
/// made if the median of its ratios is below `threshold` and all ratios but one are below 1: seven pairs of equal plans
/// come to that in 6% of all cases, before the threshold.
struct PlanTrial: Sendable {
    let change: PlanChange
    /// The choices before the change.
    let base: PlanChoices
    /// The layers whose change is still in question, all of them if the change affects whole steps.
    private(set) var open: [Int]
    /// The times of each layer before and after its change in each pair, or of whole steps as those of layer 0.
    private(set) var pairs: [Int: [(base: Double, changed: Double)]] = [:]

    /// The number of pairs that decide.
    private static let enough = 7
    /// The number of pairs after which a clearly slower change is given up.
    private static let few = 2
    /// The ratio from which on a change is clearly slower.
    private static let slower = 1.1
    /// The ratio below which a change of a layer is clearly faster.
    static let threshold = 0.97
    /// The same for a change of whole steps, whose times vary less.
    static let wholeThreshold = 0.99

    /// Creates a comparison, or returns `nil` if the change cannot pay for any layer.
    init?(_ change: PlanChange, of base: PlanChoices, _ space: PlanSpace, _ density: FeatureDensity?) {
        let layers = change.layers(of: base, space, density)
        guard !layers.isEmpty, change.applied(to: base, layers: layers, space) != base else { return nil }
        self.change = change
        self.base = base
        open = layers
    }

    /// Returns the choices with the changes that are still in question.
    func changed(_ space: PlanSpace) -> PlanChoices { change.applied(to: base, layers: open, space) }

    /// The layers whose times are compared.
    private var compared: [Int] { change.affectsWholeStep ? (open.isEmpty ? [] : [0]) : open }

    /// Takes in a pair, and gives up changes that are clearly slower.
    mutating func add(base: StepTimes, changed: StepTimes) {
        for layer in compared {
            let pair =
                change.affectsWholeStep ? (base.whole, changed.whole) : (base.layers[layer], changed.layers[layer])
            pairs[layer, default: []].append(pair)
        }
        for layer in compared {
            let ratios = ratios(layer)
            guard ratios.count >= PlanTrial.few, ratios.allSatisfy({ $0 > PlanTrial.slower }) else { continue }
            open.removeAll { $0 == layer || change.affectsWholeStep }
        }
    }

    /// Whether the comparison is decided.
    var isOver: Bool { compared.allSatisfy { (pairs[$0]?.count ?? 0) >= PlanTrial.enough } }

    /// The layers whose change is clearly faster; layer 0 for a change of whole steps.
    var winners: [Int] { compared.filter(isFaster) }

    private func isFaster(_ layer: Int) -> Bool {
        let ratios = ratios(layer)
        return ratios.count >= PlanTrial.enough && ratios.count(where: { $0 >= 1 }) <= 1
            && median(ratios) < (change.affectsWholeStep ? PlanTrial.wholeThreshold : PlanTrial.threshold)
    }

    private func ratios(_ layer: Int) -> [Double] { (pairs[layer] ?? []).map { $0.changed / $0.base } }

    /// The choices that the comparison leads to.
    ///
    /// A step back to the choices of the constants is made unless it is slower: changes that were clearly faster layer by
    /// layer must have paid for the whole step.
    func result(_ space: PlanSpace) -> PlanChoices {
        if case .constants(let constants) = change {
            return median(ratios(0)) > 1 ? base : constants
        }
        let winners = winners
        return winners.isEmpty ? base : change.applied(to: base, layers: winners, space)
    }

    /// Returns what was found out about each layer that was compared.
    func findings(_ space: PlanSpace) -> [PlanFinding] {
        let result = result(space)
        let all = change.applied(to: base, layers: Array(pairs.keys), space)
        return pairs.keys.sorted().map { layer in
            let isMade: Bool
            if case .constants = change { isMade = result != base } else { isMade = winners.contains(layer) }
            let times = pairs[layer] ?? []
            return PlanFinding(
                layer: change.affectsWholeStep ? nil : layer, subject: change.subject,
                kept: change.name(base, layer), tried: change.name(all, layer), isChanged: isMade,
                time: median(times.map(\.base)), timeTried: median(times.map(\.changed)),
                ratio: median(ratios(layer)), pairs: times.count)
        }
    }
}

/// The finding of a comparison about a change of a layer or of the whole step.
package struct PlanFinding: Sendable, Equatable {
    /// The layer, from 0; `nil` means the whole step.
    package let layer: Int?
    /// The subject of the change, such as "input".
    package let subject: String
    /// The way before the change, such as "lists".
    package let kept: String
    /// The way that was tried.
    package let tried: String
    /// Whether the change was made.
    package let isChanged: Bool
    /// The time of the layer or of the step before the change, and with it: medians, in seconds for a step once the
    /// length of a tick is known.
    package fileprivate(set) var time: Double
    package fileprivate(set) var timeTried: Double
    /// The median of the ratios of the times with the change and before it, pair by pair.
    package let ratio: Double
    /// The number of pairs.
    package let pairs: Int

    /// Returns the finding with times in seconds instead of ticks.
    func inSeconds(_ secondsPerTick: Double) -> PlanFinding {
        var finding = self
        finding.time *= secondsPerTick
        finding.timeTried *= secondsPerTick
        return finding
    }
}

/// Returns the median, the lower one of two; 0 if there are no values.
func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[(values.count - 1) / 2]
}

extension PlanChange {
    /// The subject of the change.
    fileprivate var subject: String {
        switch self {
        case .input: "input"
        case .delta: "delta"
        case .gradient, .outer: "gradient"
        case .blocks: "gradient blocks"
        case .featureBlocks: "feature blocks"
        case .panels: "layers by panels"
        case .constants: "plan"
        }
    }

    /// Returns the way that some choices take in what the change is about.
    fileprivate func name(_ choices: PlanChoices, _ index: Int) -> String {
        let layer = choices.layers[index]
        return switch self {
        case .input: layer.input.rawValue
        case .delta: layer.delta.rawValue
        case .gradient, .outer: layer.gradient.rawValue
        case .blocks: "\(layer.inputsPerBlock)"
        case .featureBlocks: "\(choices.featureBlockWidth)"
        case .panels: "\(choices.panelLayers)"
        case .constants(let constants): choices == constants ? "constants" : "measured"
        }
    }
}
