/// A rule about a setting that depends on the other settings of a recipe.
struct SettingConflict: Sendable {
    /// Returns what the rule expects of the setting and what the recipe has instead, or `nil` if the recipe keeps the rule.
    let mismatch: @Sendable (Recipe) -> (expected: String, found: String)?

    /// Creates a rule from its check.
    init(_ mismatch: @escaping @Sendable (Recipe) -> (expected: String, found: String)?) { self.mismatch = mismatch }

    /// The rule that `isKept` returns true.
    ///
    /// - Parameters:
    ///   - expected: Describes what the rule expects of the setting.
    ///   - found: Describes what a recipe has that breaks the rule.
    ///   - isKept: Returns whether a recipe keeps the rule.
    static func rule(
        _ expected: @escaping @Sendable (Recipe) -> String, found: @escaping @Sendable (Recipe) -> String,
        _ isKept: @escaping @Sendable (Recipe) -> Bool
    ) -> SettingConflict {
        SettingConflict { isKept($0) ? nil : (expected($0), found($0)) }
    }

    /// The rule that a number is 0 or `nil` with an optimizer that takes all rows at once. Its line search needs the same,
    /// smooth function at each evaluation, and the parameters that it found are the ones that are kept.
    static func noneInFullBatch(_ value: @escaping @Sendable (Recipe) -> Double?) -> SettingConflict {
        SettingConflict { recipe in
            guard recipe.optimizer.isFullBatch, let value = value(recipe), value != 0 else { return nil }
            return ("none with the optimizer \(recipe.optimizer.rawValue)", "\(value)")
        }
    }

    /// The rule that `isKept` returns true with an optimizer that takes all rows at once.
    ///
    /// - Parameters:
    ///   - expected: The values that are possible.
    ///   - value: Returns the value that a recipe has.
    ///   - isKept: Returns whether a recipe keeps the rule.
    static func inFullBatch(
        _ expected: String, found value: @escaping @Sendable (Recipe) -> String,
        _ isKept: @escaping @Sendable (Recipe) -> Bool
    ) -> SettingConflict {
        SettingConflict { recipe in
            guard recipe.optimizer.isFullBatch, !isKept(recipe) else { return nil }
            return ("\(expected) with the optimizer \(recipe.optimizer.rawValue)", value(recipe))
        }
    }
}
