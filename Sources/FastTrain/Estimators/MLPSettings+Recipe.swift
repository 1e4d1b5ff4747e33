extension MLPSettings {
    /// Creates default settings with the hidden layers and activation of a model.
    init(_ model: Model) {
        self.init()
        hiddenLayerSizes = model.recipe.hidden
        activation = model.recipe.activations.first ?? activation
    }

    /// Returns the recipe with which fasttrain's engine does what scikit-learn does with these settings.
    func recipe(seed: UInt64, rows: Int, _ loss: MLPLoss) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = hiddenLayerSizes
        recipe.activation = [activation]
        recipe.loss = loss.loss
        recipe.optimizer = solver.optimizer
        recipe.gradientTolerance = tol * loss.gradient
        recipe.learningRate = learningRateInit / loss.ofRate(recipe.optimizer)
        recipe.momentum = momentum
        recipe.nesterov = solver == .sgd && nesterovsMomentum && momentum > 0
        recipe.alpha = alpha * loss.gradient
        recipe.beta1 = beta1
        recipe.beta2 = beta2
        recipe.epsilon = epsilon * loss.gradient
        recipe.schedule = .constant
        if solver == .sgd && learningRate != .constant {
            recipe.schedule = learningRate == .adaptive ? .adaptive : .inverseScaling
        }
        recipe.power = powerT
        recipe.gamma = recipe.schedule.defaultGamma
        recipe.epochs = maxIter
        recipe.seed = seed
        recipe.validation = stopsEarly ? validationFraction : 0
        recipe.monitor = stopsEarly ? .validationScore : .trainLoss
        if !solver.optimizer.isFullBatch {
            recipe.tol = tol
            recipe.nIterNoChange = nIterNoChange
        }
        recipe.shuffle = shuffle
        let trainRows = rows - HoldOut.shares(of: [rows], recipe.validation)[0]
        recipe.batchSize =
            switch batchSize {
            case .auto: max(1, min(200, trainRows))
            case .rows(let count): max(1, min(count, trainRows))
            }
        return recipe
    }

    /// Whether `earlyStopping` applies. As in scikit-learn, L-BFGS ignores it.
    var stopsEarly: Bool { earlyStopping && !solver.optimizer.isFullBatch }

    /// Throws `.invalidSetting` that names the first setting that is out of range.
    func validate() throws(FastTrainError) {
        if let size = hiddenLayerSizes.first(where: { !(1...Recipe.maxUnits).contains($0) }) {
            throw .invalidSetting(
                name: "hiddenLayerSizes", expected: "from 1 to \(Recipe.maxUnits) units per layer", found: "\(size)")
        }
        guard hiddenLayerSizes.count <= Recipe.maxLayers else {
            throw .invalidSetting(
                name: "hiddenLayerSizes", expected: "at most \(Recipe.maxLayers) layers",
                found: "\(hiddenLayerSizes.count)")
        }
        let positive = "a number above 0"
        let share = "a number from 0 to below 1"
        let least = "a number of at least 0"
        // Comparisons reject NaN.
        let numbers: [(name: String, value: Double, expected: String, isSound: Bool)] = [
            ("alpha", alpha, least, alpha >= 0 && Float(2 * alpha).isFinite),
            (
                "learningRateInit", learningRateInit, positive,
                Float(learningRateInit / 2) >= .leastNormalMagnitude && Float(learningRateInit).isFinite
            ),
            ("powerT", powerT, "a number from 0 to 10", powerT >= 0 && powerT <= 10),
            ("tol", tol, least, tol >= 0 && tol.isFinite), ("momentum", momentum, share, momentum >= 0 && momentum < 1),
            ("beta1", beta1, share, beta1 >= 0 && beta1 < 1), ("beta2", beta2, share, beta2 >= 0 && beta2 < 1),
            (
                "epsilon", epsilon, positive,
                Float(epsilon) >= .leastNormalMagnitude && Float(2 * epsilon).isFinite
            ),
            (
                "validationFraction", validationFraction, "a number above 0, below 1",
                !stopsEarly || (validationFraction > 0 && validationFraction < 1)
            ),
        ]
        if let fault = numbers.first(where: { !$0.isSound }) {
            throw .invalidSetting(name: fault.name, expected: fault.expected, found: "\(fault.value)")
        }
        var counts = [("maxIter", maxIter), ("maxFun", maxFun), ("nIterNoChange", nIterNoChange ?? 1)]
        if case .rows(let rows) = batchSize { counts.append(("batchSize", rows)) }
        if let (name, count) = counts.first(where: { $0.1 < 1 }) {
            throw .invalidSetting(name: name, expected: "at least 1", found: "\(count)")
        }
    }
}

extension MLPSettings {
    /// Returns scikit-learn's initial weights (Glorot & Bengio 2010).
    ///
    /// Weights and biases of a layer are uniform within ±√(6 / (inputs + outputs)), or ±√(2 / (inputs + outputs)) with
    /// the logistic activation.
    func initialParameters(of network: Network, seed: UInt64) -> Parameters {
        var parameters = network.zeroParameters()
        let generator = Philox(seed: seed, purpose: .initialWeights)
        for index in parameters.layers.indices {
            let layer = parameters.layers[index]
            let factor: Double = activation == .logistic ? 2 : 6
            let bound = Float((factor / Double(layer.inputs + layer.outputs)).squareRoot())
            generator.fill(&parameters.layers[index].weight, within: bound, stream: UInt32(2 * index))
            generator.fill(&parameters.layers[index].bias, within: bound, stream: UInt32(2 * index + 1))
        }
        return parameters
    }
}

extension MLPSettings.Solver {
    /// The engine's name of the solver.
    var optimizer: Optimizer {
        switch self {
        case .sgd: .sgd
        case .adam: .adam
        case .lbfgs: .lbfgs
        }
    }
}
