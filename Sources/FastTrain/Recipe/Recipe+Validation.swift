extension Recipe {
    /// The most units a layer may have; far beyond any memory, so that products of sizes cannot overflow.
    static let mostUnits = 1 << 24
    /// The most hidden layers a network may have.
    static let mostLayers = 1000

    /// Throws `.usage` with one line, the setting named as its command-line option, when a setting is out of its range
    /// or does not fit another.
    public func validate() throws(FastTrainError) {
        guard let fault else { return }
        throw .usage("\(fault.option): expected \(fault.expected), found \(fault.found)")
    }

    /// A setting that cannot be.
    struct Fault {
        /// Its name in `recipe.json`.
        let field: String
        let expected: String
        let found: String

        /// Its name on the command line.
        var option: String {
            "--" + field.map { $0 == "_" ? "-" : String($0) }.joined()
        }
    }

    /// The first setting that is out of its range.
    var fault: Fault? { checks.first { !$0.sound }?.fault }

    private struct Check {
        let sound: Bool
        let fault: Fault

        init(_ field: String, _ expected: String, _ sound: Bool, found: String) {
            self.sound = sound
            fault = Fault(field: field, expected: expected, found: found)
        }

        init(_ field: String, _ value: Int, _ range: ClosedRange<Int>) {
            let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
            self.init(field, expected, range.contains(value), found: "\(value)")
        }

        /// NaN is no sound number: all comparisons with it are false.
        init(_ field: String, _ expected: String, _ value: Double, _ sound: (Double) -> Bool) {
            self.init(field, expected, sound(value) && value.isFinite, found: "\(value)")
        }
    }

    /// For what is not 0 as a single-precision number, subnormal ones counting as 0, nor infinite.
    private static func positive(_ field: String, _ value: Double) -> [Check] {
        [
            Check(field, "a number above 0", value) { $0 > 0 },
            Check(field, "a number of at least 1.2e-38, as less counts as zero", value) {
                Float($0) >= .leastNormalMagnitude
            },
            notTooLarge(field, value),
        ]
    }

    /// For what is at least 0, and not infinite as a single-precision number.
    private static func notNegative(_ field: String, _ value: Double) -> [Check] {
        [Check(field, "a number of at least 0", value) { $0 >= 0 }, notTooLarge(field, value)]
    }

    private static func notTooLarge(_ field: String, _ value: Double) -> Check {
        Check(field, "a number of at most 3.4e38", value) { Float($0).isFinite }
    }

    private var checks: [Check] {
        shapeAndLossChecks + Self.positive("huber_delta", huberDelta) + Self.positive("learning_rate", learningRate)
            + Self.notNegative("weight_decay", weightDecay) + Self.notNegative("alpha", alpha)
            + Self.notNegative("l1", l1) + Self.positive("clip_value", clipValue ?? 1)
            + Self.positive("clip_norm", clipNorm ?? 1) + Self.positive("max_norm", maxNorm ?? 1)
            + Self.positive("epsilon", epsilon) + otherChecks + (optimizer == .lbfgs ? fullBatchChecks : [])
    }

    private var shapeAndLossChecks: [Check] {
        let units = hidden.first { !(1...Self.mostUnits).contains($0) }
        let weights = if case .given(let weights) = classWeight { weights } else { [1.0] }
        return [
            Check(
                "hidden", "at most \(Self.mostLayers) layers", hidden.count <= Self.mostLayers,
                found: "\(hidden.count)"),
            Check("hidden", "from 1 to \(Self.mostUnits) units a layer", units == nil, found: "\(units ?? 0)"),
            Check(
                "activation",
                hidden.count <= 1
                    ? "one activation" : "one activation, or one for each of \(hidden.count) hidden layers",
                [1, hidden.count].contains(activation.count) && !activation.isEmpty, found: "\(activation.count)"),
            Check("leaky_slope", "a number from 0 to 1", leakySlope) { $0 >= 0 && $0 <= 1 },
            Check("label_smoothing", "a number from 0 to below 1", labelSmoothing) { $0 >= 0 && $0 < 1 },
            Check(
                "label_smoothing", "0 with the loss \(loss?.rawValue ?? "")",
                labelSmoothing == 0 || loss == nil || loss == .crossEntropy, found: "\(labelSmoothing)"),
            Check(
                "class_weight", "numbers of at least 0, one of them above",
                weights.allSatisfy { $0 >= 0 && Float($0).isFinite } && weights.contains { Float($0) > 0 },
                found: weights.map { "\($0)" }.joined(separator: ",")),
        ]
    }

    private var otherChecks: [Check] {
        let canNesterov = optimizer == .sgd && momentum > 0
        return [
            Check("momentum", "a number from 0 to below 1", momentum) { $0 >= 0 && $0 < 1 },
            Check(
                "nesterov", "the optimizer sgd with a momentum above 0", canNesterov || !nesterov,
                found: optimizer == .sgd ? "momentum \(momentum)" : "optimizer \(optimizer.rawValue)"),
            Check(
                "dropout",
                hidden.isEmpty
                    ? "none without hidden layers" : "one rate, or one for each of \(hidden.count) hidden layers",
                [0, 1, hidden.count].contains(dropout.count) && (!hidden.isEmpty || dropout.isEmpty),
                found: "\(dropout.count)"),
            Check("dropout", "a number from 0 to below 1", dropout.first { !($0 >= 0 && $0 < 1) } ?? 0) {
                $0 >= 0 && $0 < 1
            },
            Check("input_dropout", "a number from 0 to below 1", inputDropout) { $0 >= 0 && $0 < 1 },
            Check(
                "alpha", "0 with the optimizer \(Optimizer.lion.rawValue), which takes the gradient's sign alone",
                alpha == 0 || optimizer != .lion, found: "\(alpha)"),
            Check(
                "clip_norm", "none with a clip value", clipNorm == nil || clipValue == nil, found: "\(clipNorm ?? 0)"),
            Check("ema", "a number above 0, below 1", ema ?? 0.5) { $0 > 0 && $0 < 1 },
            Check("beta1", "a number from 0 to below 1", beta1) { $0 >= 0 && $0 < 1 },
            Check("beta2", "a number from 0 to below 1", beta2 ?? 0) { $0 >= 0 && $0 < 1 },
            Check("history_size", historySize, 1...1000),
            Check("gradient_tolerance", "a number of at least 0", gradientTolerance) { $0 >= 0 },
            Check("gamma", "a number above 0, at most 1", gamma ?? 1) { $0 > 0 && $0 <= 1 },
            Check("decay_epochs", decayEpochs, 1...100_000),
            Check("power", "a number from 0 to 10", power) { $0 >= 0 && $0 <= 10 },
            Check("epochs", epochs, 1...100_000),
            Check("warmup", "a number from 0 to 100000", warmup) { $0 >= 0 && $0 <= 100_000 },
            Check("batch_size", batchSize, 1...(1 << 24)),
            Check("validation", "a number from 0 to below 1", validation) { $0 >= 0 && $0 < 1 },
            Check(
                "monitor", "train-loss without rows held out (validation 0)",
                validation > 0 || monitor == .trainLoss
                    || monitor == .validationLoss && patience == nil && schedule != .plateau,
                found: monitor.rawValue),
            Check("patience", patience ?? 1, 1...100_000),
            Check("min_delta", "a number of at least 0", minDelta) { $0 >= 0 },
            Check("tol", "a number of at least 0", tol ?? 0) { $0 >= 0 },
            Check("n_iter_no_change", nIterNoChange ?? 1, 1...100_000),
            Check("shards", shards, 1...1024),
        ]
    }

    /// Of what a function that is the same at each evaluation, smooth, and the thing that is kept, cannot have.
    private var fullBatchChecks: [Check] {
        func none(_ field: String, _ value: Double?) -> Check {
            Check(field, "none with the optimizer lbfgs", (value ?? 0) == 0, found: "\(value ?? 0)")
        }
        return [
            none("dropout", dropout.max()), none("input_dropout", inputDropout), none("l1", l1),
            none("clip_value", clipValue), none("clip_norm", clipNorm), none("max_norm", maxNorm), none("ema", ema),
            none("warmup", warmup),
            Check(
                "normalization", "none or layer with the optimizer lbfgs", normalization != .batch,
                found: normalization.rawValue),
            Check(
                "schedule", "one that goes by steps alone with the optimizer lbfgs",
                schedule != .plateau && schedule != .adaptive, found: schedule.rawValue),
            Check(
                "precision", "f32 with the optimizer lbfgs", precision == .f32, found: precision.rawValue),
        ]
    }
}
