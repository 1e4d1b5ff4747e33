/// A setting that decides whether another one has an effect: `momentum`, for example, goes with `optimizer`, and only
/// `sgd` uses it. Which choice uses which settings is declared by the choices themselves (`Optimizer.settings`,
/// `Schedule.settings`, `Loss.settings`, `Activation.settings` and `Precision.settings`).
package enum SettingCompanion: String, Sendable {
    case activation, loss, optimizer, schedule, patience, precision

    /// Returns the companion's choices that use a setting, and those that ignore it; both are empty for `patience`, which
    /// need only be set.
    func choices(using path: PartialKeyPath<Recipe>) -> (using: [String], ignoring: [String]) {
        func split<Choice: CaseIterable & RawRepresentable<String>>(
            _ settings: (Choice) -> Set<PartialKeyPath<Recipe>>
        ) -> (using: [String], ignoring: [String]) {
            let all = Array(Choice.allCases)
            return (
                all.filter { settings($0).contains(path) }.map(\.rawValue),
                all.filter { !settings($0).contains(path) }.map(\.rawValue)
            )
        }
        return switch self {
        case .activation: split { (activation: Activation) in activation.settings }
        case .loss: split { (loss: Loss) in loss.settings }
        case .optimizer: split { (optimizer: Optimizer) in optimizer.settings }
        case .schedule: split { (schedule: Schedule) in schedule.settings }
        case .precision: split { (precision: Precision) in precision.settings }
        case .patience: ([], [])
        }
    }

    /// Returns the companion's values in a recipe; empty if it has none.
    func values(in recipe: Recipe) -> [String] {
        switch self {
        case .activation: recipe.activation.map(\.rawValue)
        case .loss: recipe.loss.map { [$0.rawValue] } ?? []
        case .optimizer: [recipe.optimizer.rawValue]
        case .schedule: [recipe.schedule.rawValue]
        case .precision: [recipe.precision.rawValue]
        case .patience: recipe.patience.map { ["\($0)"] } ?? []
        }
    }
}

extension RecipeSetting {
    /// Returns whether the setting has an effect in a recipe, as far as its companion decides.
    func isUsed(in recipe: Recipe) -> Bool {
        guard let companion else { return true }
        let values = companion.values(in: recipe)
        let (using, ignoring) = companion.choices(using: path)
        return using.isEmpty && ignoring.isEmpty ? !values.isEmpty : values.contains(where: using.contains)
    }

    /// A sentence for the help, such as "For --optimizer sgd."; empty for a setting without a companion.
    package var companionText: String {
        guard let companion else { return "" }
        let (using, ignoring) = companion.choices(using: path)
        if using.isEmpty { return "For --\(companion.rawValue)." }
        return ignoring.count == 1
            ? "Not for --\(companion.rawValue) \(ignoring[0])."
            : "For --\(companion.rawValue) \(using.joined(separator: ", "))."
    }

    /// Says that the setting, which was set by itself, has no effect in a recipe; `nil` if it has one.
    ///
    /// A flag that states its default is no error.
    func uselessness(in recipe: Recipe) -> String? {
        guard let companion, !isUsed(in: recipe), !(isFlag && isDefault(in: recipe)) else { return nil }
        let using = companion.choices(using: path).using.map { " \($0)" }.joined(separator: ",")
        let found = companion.values(in: recipe).joined(separator: ",")
        return "`\(property)` goes with `\(companion.rawValue)`\(using)" + (found.isEmpty ? "" : ", not \(found)")
    }

    /// Says that the setting, given in a file, has no effect in a recipe; `nil` if it has one.
    ///
    /// A file may list all settings, as `Recipe.json` does, so one with the default value is no error.
    func uselessMember(in recipe: Recipe) -> (expected: String, found: String)? {
        guard let companion, !isUsed(in: recipe), !isDefault(in: recipe) else { return nil }
        let using = companion.choices(using: path).using.joined(separator: ", ")
        let found = companion.values(in: recipe).joined(separator: ",")
        return (
            "'\(companion.rawValue)' to be \(using.isEmpty ? "set" : using) for '\(name)' to have an effect",
            found.isEmpty ? "none" : found
        )
    }
}
