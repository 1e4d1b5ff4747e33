extension Recipe {
    /// The largest number of units in a layer. It is far beyond any memory, and keeps products of sizes from overflowing.
    static let maxUnits = 1 << 24
    /// The largest number of hidden layers in a network.
    static let maxLayers = 1000

    /// Checks that each setting is in its range and fits the others.
    ///
    /// - Throws: `.invalidSetting` that names the first setting at fault by its property.
    public func validate() throws(FastTrainError) {
        if let fault { throw fault.error }
    }

    /// A setting that is out of its range or contradicts another one.
    struct Fault {
        /// The name in `recipe.json`.
        let field: String
        let expected: String
        let found: String

        /// The fault as an error that names the setting by its property.
        var error: FastTrainError {
            .invalidSetting(name: RecipeSetting.property(field), expected: expected, found: found)
        }
    }

    /// The first fault, in the order of `recipe.json`; `nil` for a sound recipe.
    var fault: Fault? { Self.settings.lazy.compactMap { $0.fault(in: self) }.first }

    /// The fault of a warm-up that is longer than the run; `nil` if it is not. Only what a user gives is checked for it: a
    /// run may be resumed with fewer epochs.
    var warmupFault: Fault? {
        guard warmup > Double(epochs), epochs >= 1 else { return nil }
        return Fault(field: "warmup", expected: "at most the epochs, \(epochs)", found: Format.setting(warmup))
    }
}
