/// What a search may try: for each setting that varies a list of values or a range of numbers.
public struct SearchSpace: Sendable, Equatable {
    /// A setting that varies.
    public struct Dimension: Sendable, Equatable {
        /// As `recipe.json` calls it.
        public let name: String
        /// What it may be.
        public let values: Values
    }

    /// What a setting may be.
    public enum Values: Sendable, Equatable {
        /// One of these, each as likely as another.
        case list([JSON])
        /// A number from `low` to `high`, evenly spread, or its logarithm is.
        case range(low: Double, high: Double, isLogarithmic: Bool, isInteger: Bool)
    }

    /// In the order in which a grid counts: the last one fastest.
    public let dimensions: [Dimension]
    /// Whether the first trial is the recipe as it is.
    let startsWithRecipe: Bool

    init(_ dimensions: [Dimension], startsWithRecipe: Bool = false) {
        self.dimensions = dimensions
        self.startsWithRecipe = startsWithRecipe
    }

    /// How many combinations there are; nil when a range makes them endless, or there are more than 10⁹.
    var combinations: Int? {
        dimensions.reduce(1 as Int?) { product, dimension in
            guard let product, case .list(let values) = dimension.values else { return nil }
            let (result, overflow) = product.multipliedReportingOverflow(by: values.count)
            return overflow || result > 1_000_000_000 ? nil : result
        }
    }

    /// Combination `index` of the grid.
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

    /// What trial `index` of a random search tries: a function of the seed and the index alone.
    func draw(_ index: Int, seed: UInt64) -> [JSON.Member] {
        if startsWithRecipe, index == 0 { return [] }
        let generator = Philox(seed: seed, purpose: .search)
        return dimensions.enumerated().map { place, dimension in
            let block = generator.block(UInt64(place), stream: UInt32(truncatingIfNeeded: index))
            let wide = UInt64(block[0]) << 32 | UInt64(block[1])
            return JSON.Member(dimension.name, dimension.values.value(wide))
        }
    }

    /// A good space for small networks on such data, without the settings that are `given` in `recipe` already, and those
    /// that would do nothing beside them.
    public static func standard(
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
        var dimensions = [list("hidden", hidden), list("optimizer", [Optimizer.adam, .adamw])]
        if let rates = recipe.optimizer.learningRateRange(trainRows: data.train.count) {
            dimensions.append(
                Dimension(
                    name: "learning_rate",
                    values: .range(
                        low: rates.lowerBound, high: rates.upperBound, isLogarithmic: true, isInteger: false)))
        }
        dimensions += [
            list("batch_size", isLarge ? [128, 256] : [16, 32, 64, 128]),
            list("weight_decay", [0, 1e-5, 1e-4, 1e-3]),
        ]
        if !given.contains("hidden") || !recipe.hidden.isEmpty {
            dimensions.append(list("activation", [[Activation.relu], [.gelu], [.tanh]]))
            dimensions.append(list("dropout", [[0], [0.1], [0.2], [0.3], [0.5]] as [[Double]]))
        }
        // Of few features each one counts.
        if data.featureCount >= 100 { dimensions.append(list("input_dropout", [0, 0.1, 0.2])) }
        if case .classification = data.task, recipe.loss ?? .crossEntropy == .crossEntropy {
            dimensions.append(list("label_smoothing", [0, 0.1]))
        }
        if recipe.optimizer.isFullBatch {
            let useless = ["optimizer", "batch_size", "dropout", "input_dropout"]
            dimensions.removeAll { useless.contains($0.name) }
        }
        return SearchSpace(dimensions.filter { !given.contains($0.name) }, startsWithRecipe: true)
    }

    /// The space as an object; what `init(json:…)` reads.
    var json: JSON {
        .object(dimensions.map { JSON.Member($0.name, $0.values.json) })
    }
}

extension SearchSpace.Values {
    /// The value that 64 random bits mean. Numbers of a range have four significant digits, so that they can be retyped.
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

    /// To four significant digits.
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
