/// The plan that a planner chose, and its reasons, for `benchmark --profile`.
package struct PlanSummary: Sendable, Equatable {
    /// Where the plan comes from.
    package enum Source: String, Sendable {
        /// The constants: nothing else was clearly faster, or measuring has not ended.
        case constants
        /// Measurements of this run.
        case measured
        /// Measurements of an earlier run.
        case remembered
    }

    /// The source of the choices.
    package let source: Source
    /// Whether all candidates have been measured, in this run or an earlier one.
    package let isComplete: Bool
    /// The number of layers that are divided by panels.
    package let panelLayers: Int
    /// The number of columns in a block of the features' lists.
    package let featureBlockWidth: Int
    /// The choices of each layer.
    package let layers: [Layer]
    /// The comparisons of this run, in the order in which they were made.
    package let findings: [PlanFinding]
    /// The seconds that measuring has cost.
    package let seconds: Double

    /// The choices of one layer by their names.
    package struct Layer: Sendable, Equatable {
        /// The form of the layer's input.
        package let input: String
        /// The form of the gradient of its sums.
        package let delta: String
        /// The way in which its weight gradient is made.
        package let gradient: String
        /// The number of inputs of a block of its weight gradient.
        package let inputsPerBlock: Int
    }
}

extension RunPlanner {
    /// The plan that was chosen, and the reasons.
    var summary: PlanSummary {
        let choices = planner.choices
        let isOfConstants = choices == planner.constants
        return PlanSummary(
            source: isOfConstants ? .constants : isRemembered && planner.findings.isEmpty ? .remembered : .measured,
            isComplete: planner.isComplete, panelLayers: choices.panelLayers,
            featureBlockWidth: choices.featureBlockWidth,
            layers: choices.layers.map {
                PlanSummary.Layer(
                    input: $0.input.rawValue, delta: $0.delta.rawValue, gradient: $0.gradient.rawValue,
                    inputsPerBlock: $0.inputsPerBlock)
            }, findings: planner.findings, seconds: planner.spent)
    }
}
