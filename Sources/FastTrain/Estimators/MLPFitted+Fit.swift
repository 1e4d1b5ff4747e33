extension MLPFitted {
    /// Trains on a data set, starting from new weights or, with `isPartial` or `warmStart`, from the current ones.
    ///
    /// - Parameters:
    ///   - settings: The settings of the estimator.
    ///   - data: The data set.
    ///   - loss: The loss to minimize.
    ///   - isPartial: Whether to train for a single epoch that continues the previous ones.
    ///   - initial: The initial weights, in place of random ones.
    ///   - watch: The functions that watch the fit.
    mutating func train(
        _ settings: MLPSettings, on data: Dataset, loss: MLPLoss, isPartial: Bool,
        initial: Parameters?, watch: FitWatch
    ) throws(FastTrainError) {
        guard !isPartial || !settings.solver.optimizer.isFullBatch else {
            throw .invalidSetting(name: "solver", expected: "sgd or adam for partialFit", found: "lbfgs")
        }
        guard !isPartial || !settings.earlyStopping else {
            throw .invalidSetting(
                name: "earlyStopping", expected: "false for partialFit, because one epoch cannot end early",
                found: "true")
        }
        let goesOn = network != nil && (isPartial || settings.warmStart)
        let seed =
            settings.randomState ?? (goesOn ? network?.recipe.seed : nil) ?? UInt64.random(in: .min ... .max)
        if settings.stopsEarly {
            let heldOut = HoldOut.shares(of: [data.train.count], settings.validationFraction)[0]
            guard heldOut >= 2, heldOut < data.train.count else {
                throw .invalidSetting(
                    name: "validationFraction",
                    expected: "a fraction that holds out at least 2 of the \(data.train.count) rows but not all",
                    found: "\(settings.validationFraction), which holds out \(heldOut)")
            }
        }
        let recipe = settings.recipe(seed: seed, rows: data.train.count, loss)
        let shape = recipe.network(for: data)
        let kernels = try InstructionSet.chosen().kernels
        let threads = try ThreadCount.checked(
            settings.threads, operations: ThreadCount.operations(recipe, on: data, rows: data.train.count))
        let density = FeatureDensity(data.train, width: data.featureCount)
        try MemoryLimit.check(threads: threads, "a network \(shape)") { threads in
            MemoryNeed(recipe, on: data, density: density, threads: threads, kernels: kernels, isSaved: false)
        }
        var trained: Trained
        if goesOn, let network {
            guard shape.fits(network.parameters) else {
                throw .invalidSetting(
                    name: "hiddenLayerSizes",
                    expected: "\(network.parameters.layers.dropLast().map(\.outputs)), as in the first fit",
                    found: "\(settings.hiddenLayerSizes)")
            }
            trained = network
            trained.recipe = recipe
            trained.tolerance.tol = settings.tol
            trained.tolerance.epochs = settings.nIterNoChange ?? .max
            if !isPartial {
                trained.tolerance.startAnew(from: settings.stopsEarly ? bestValidationScore : bestLoss.map { -$0 })
                trained.learningRate = settings.learningRateInit
                if recipe.schedule == .inverseScaling { trained.learningRate /= power(Double(t) + 1, settings.powerT) }
            }
            if trained.epochs == 0 {
                // These weights come from a model file, which does not record the learning rates.
                trained.learningRate = settings.learningRateInit
                trained.memoryRate = settings.learningRateInit
            }
        } else {
            self = MLPFitted()
            trained = Trained(
                recipe: recipe, parameters: initial ?? settings.initialParameters(of: shape, seed: seed),
                memoryRate: settings.learningRateInit, learningRate: settings.learningRateInit,
                tolerance: Tolerance(tol: settings.tol, epochs: settings.nIterNoChange ?? .max))
        }
        self = try EstimatorFit(
            settings, on: data, density: density, from: self, trained, epochs: isPartial ? 1 : settings.maxIter,
            loss: loss,
            watch: watch
        ).run()
    }
}

extension MLPFitted {
    /// Restores what a model records: the weights, but not how training went.
    ///
    /// - Throws: `.invalidSetting` if an estimator cannot represent the network.
    init(_ model: Model) throws(FastTrainError) {
        guard model.recipe.normalization == .none, Set(model.recipe.activations).count <= 1, model.scale == nil else {
            throw .invalidSetting(
                name: "model", expected: "one activation, no normalization and F32 features, as in the estimators",
                found: "")
        }
        guard model.preprocessing == nil else {
            throw .invalidSetting(
                name: "model", expected: "a model of plain features", found: "a model of a table's columns")
        }
        self.init()
        network = Trained(
            recipe: model.recipe, parameters: model.parameters, memoryRate: model.recipe.learningRate,
            learningRate: model.recipe.learningRate,
            tolerance: Tolerance(tol: Tolerance.defaultTol, epochs: Tolerance.defaultEpochs))
    }
}
