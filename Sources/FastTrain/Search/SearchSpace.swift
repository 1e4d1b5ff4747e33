/// The recipes that a search may try: for each setting that varies, a list of values or a range of numbers.
package struct SearchSpace: Sendable, Equatable {
    /// A setting that varies.
    package struct Dimension: Sendable, Equatable {
        /// The name in `recipe.json`.
        package let name: String
        /// The possible values.
        package let values: Values
    }

    /// The possible values of a setting.
    package enum Values: Sendable, Equatable {
        /// One of these, all equally likely.
        case list([JSON])
        /// A number from `low` to `high`. It, or its logarithm, is distributed uniformly.
        case range(low: Double, high: Double, isLogarithmic: Bool, isInteger: Bool)
    }

    /// The settings that vary, in the order in which a grid counts: the last one fastest.
    package let dimensions: [Dimension]
    /// Whether the first trial is the unchanged recipe.
    let startsWithRecipe: Bool

    init(_ dimensions: [Dimension], startsWithRecipe: Bool = false) {
        self.dimensions = dimensions
        self.startsWithRecipe = startsWithRecipe
    }

    /// The number of combinations; `nil` if there is a range, or if there are more than 10⁹.
    var combinations: Int? {
        dimensions.reduce(1 as Int?) { product, dimension in
            guard let product, case .list(let values) = dimension.values else { return nil }
            let (result, overflow) = product.multipliedReportingOverflow(by: values.count)
            return overflow || result > 1_000_000_000 ? nil : result
        }
    }

    /// Returns combination `index` of the grid.
    func combination(_ index: Int) -> [JSON.Member] {
        var rest = index
        var members: [JSON.Member] = []
        for dimension in dimensions.reversed() {
            guard case .list(let values) = dimension.values else { continue }
            members.append(JSON.Member(dimension.name, values[rest % values.count]))
            rest /= values.count
        }
        return members.reversed()
    }

    /// Returns the settings of trial `index` of a random search. They depend on the seed and the index only.
    func draw(_ index: Int, seed: UInt64) -> [JSON.Member] {
        if startsWithRecipe, index == 0 { return [] }
        let generator = Philox(seed: seed, purpose: .search)
        return dimensions.enumerated().map { place, dimension in
            let block = generator.block(UInt64(place), stream: UInt32(truncatingIfNeeded: index))
            let wide = UInt64(block[0]) << 32 | UInt64(block[1])
            return JSON.Member(dimension.name, dimension.values.value(wide))
        }
    }

    /// Returns a good space for small networks on a data set.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - recipe: The settings of all trials.
    ///   - given: The names of settings that must not vary.
    /// - Returns: A space without the settings that are given or that have no effect in the recipe.
    package static func standard(
        for data: Dataset, recipe: Recipe = Recipe(), given: [String] = []
    ) -> SearchSpace {
        func list<Value: JSONConvertible>(_ name: String, _ values: [Value]) -> Dimension {
            Dimension(name: name, values: .list(values.map(\.json)))
        }
        let isLarge = data.train.count >= 10_000
        let hidden =
            isLarge
            ? [[256], [512], [1024], [256, 128], [512, 256], [512, 512], [1024, 512], [1024, 1024]]
            : [[32], [64], [128], [256], [32, 32], [64, 64], [128, 64], [256, 128]]
        var dimensions = [list("hidden", hidden)]
        if let rates = recipe.optimizer.learningRateRange(trainRows: data.train.count) {
            dimensions += [
                list("optimizer", [Optimizer.adam, .adamw]),
                Dimension(
                    name: "learning_rate",
                    values: .range(
                        low: rates.lowerBound, high: rates.upperBound, isLogarithmic: true, isInteger: false)),
                list("batch_size", isLarge ? [128, 256] : [16, 32, 64, 128]),
            ]
        }
        dimensions.append(list("weight_decay", [0, 1e-5, 1e-4, 1e-3]))
        let hasHiddenLayers = !given.contains("hidden") || !recipe.hidden.isEmpty
        if hasHiddenLayers { dimensions.append(list("activation", [[Activation.relu], [.gelu], [.tanh]])) }
        if !recipe.optimizer.isFullBatch {
            if hasHiddenLayers { dimensions.append(list("dropout", [[0], [0.1], [0.2], [0.3], [0.5]] as [[Double]])) }
            // With few features, each one matters.
            if data.featureCount >= 100 { dimensions.append(list("input_dropout", [0, 0.1, 0.2])) }
        }
        if case .classification = data.task, recipe.loss ?? .crossEntropy == .crossEntropy {
            dimensions.append(list("label_smoothing", [0, 0.1]))
        }
        return SearchSpace(dimensions.filter { !given.contains($0.name) }, startsWithRecipe: true)
    }

    /// Returns whether a setting has an effect in some trial.
    ///
    /// - Parameters:
    ///   - setting: The setting.
    ///   - recipe: The settings of all trials.
    func uses(_ setting: RecipeSetting, in recipe: Recipe) -> Bool {
        guard let companion = dimensions.first(where: { $0.name == setting.companion?.rawValue }),
            case .list(let values) = companion.values
        else { return setting.isUsed(in: recipe) }
        return values.contains { value in
            let member = JSON.object([JSON.Member(companion.name, value)])
            // The space has checked each value by the same declaration, so reading cannot fail.
            guard let change = try? RecipeChanges(member, file: "", place: .file) else { return true }
            return setting.isUsed(in: change.applied(to: recipe))
        }
    }

    /// Returns whether the setting of a name in `recipe.json` varies.
    func varies(_ name: String) -> Bool { dimensions.contains { $0.name == name } }

    /// Throws `.unsuitableSetting` for a setting that varies and has no effect in any trial.
    ///
    /// - Parameter recipe: The settings of all trials.
    func expectEffect(in recipe: Recipe) throws(FastTrainError) {
        let names = dimensions.map(\.name)
        for setting in Recipe.settings where names.contains(setting.name) && !uses(setting, in: recipe) {
            if let reason = setting.uselessness(in: recipe) {
                throw .unsuitableSetting(name: setting.property, reason: "the space varies a setting: \(reason)")
            }
        }
    }

    /// The space as a JSON object, which `init(_:file:lines:startsWithRecipe:)` reads.
    var json: JSON {
        .object(dimensions.map { JSON.Member($0.name, $0.values.json) })
    }
}

extension SearchSpace.Values {
    /// Returns the value for 64 random bits. Numbers of a range have four significant digits, so that they are easy to type.
    fileprivate func value(_ bits: UInt64) -> JSON {
        switch self {
        case .list(let values): return values[Int(bits.multipliedFullWidth(by: UInt64(values.count)).high)]
        case .range(let low, let high, let isLogarithmic, let isInteger):
            let share = Double(bits >> 11) * 0x1p-53
            if isInteger && !isLogarithmic { return .integer(Int(low) + Int(share * (high - low + 1))) }
            let number = isLogarithmic ? low * power(high / low, share) : low + share * (high - low)
            if isInteger { return .integer(min(max(Int(number.rounded()), Int(low)), Int(high))) }
            return .number(min(max(rounded(number), low), high))
        }
    }

    /// Returns the number rounded to four significant digits.
    private func rounded(_ number: Double) -> Double {
        var exponent = 0
        var mantissa = number.magnitude
        guard mantissa > 0, mantissa.isFinite else { return number }
        while mantissa >= 10_000 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 1000 {
            mantissa *= 10
            exponent -= 1
        }
        return Double("\(number < 0 ? "-" : "")\(Int(mantissa.rounded()))e\(exponent)") ?? number
    }

    fileprivate var json: JSON {
        switch self {
        case .list(let values): return .array(values)
        case .range(let low, let high, let isLogarithmic, let isInteger):
            var members = [JSON.Member("low", low.json), JSON.Member("high", high.json)]
            if isLogarithmic { members.append(JSON.Member("log", .bool(true))) }
            if isInteger { members.append(JSON.Member("int", .bool(true))) }
            return .object(members)
        }
    }
}
