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
    /// The choices of the plan.
    package let choices: PlanChoices
    /// The comparisons of this run, in the order in which they were made.
    package let findings: [PlanFinding]
    /// The seconds that measuring has cost.
    package let seconds: Double
}

extension RunPlanner {
    /// The plan that was chosen, and the reasons.
    var summary: PlanSummary {
        let isOfConstants = planner.choices == planner.constants
        return PlanSummary(
            source: isOfConstants ? .constants : isRemembered && planner.findings.isEmpty ? .remembered : .measured,
            isComplete: planner.isComplete, choices: planner.choices, findings: planner.findings,
            seconds: planner.spent)
    }
}
