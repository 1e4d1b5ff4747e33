/// A loss of the estimators, with the factors that convert the engine's values to scikit-learn's.
struct MLPLoss: Sendable {
    let loss: Loss
    /// The factor of the reported loss.
    let data: Double
    /// The factor of the reported penalty.
    let penalty: Double
    /// The factor by which the engine's gradient exceeds scikit-learn's. It is a power of two, so scaling does not
    /// round.
    let gradient: Double
    /// The activation of the outputs, by scikit-learn's name.
    let outActivation: String

    private init(
        _ loss: Loss, data: Double = 1, penalty: Double = 1, gradient: Double = 1, outActivation: String
    ) {
        self.loss = loss
        self.data = data
        self.penalty = penalty
        self.gradient = gradient
        self.outActivation = outActivation
    }

    /// The loss for three or more classes.
    static let softmax = MLPLoss(.crossEntropy, outActivation: "softmax")

    /// The loss for two classes, which share one output, and for independent labels.
    static let logistic = MLPLoss(.binaryCrossEntropy, outActivation: "logistic")

    /// The squared error. scikit-learn takes half of it and reports the mean over the outputs, while its gradient is
    /// that of the sum.
    static func squaredError(outputs: Int) -> MLPLoss {
        MLPLoss(
            .squaredError, data: 1 / Double(2 * outputs), penalty: 0.5, gradient: 2, outActivation: "identity")
    }

    /// Half the deviance of the Poisson distribution.
    static let poisson = MLPLoss(.poisson, outActivation: "exp")

    /// Returns the divisor of the learning rate. Adam's steps do not depend on the gradient's scale, except through
    /// epsilon.
    func ofRate(_ optimizer: Optimizer) -> Double { optimizer == .sgd ? gradient : 1 }

    /// Returns per-row constants to add to the engine's loss, times the row's weight, to match scikit-learn's. Empty if
    /// there are none.
    ///
    /// The Poisson deviance contains the term y log y − y, which does not depend on the weights of the network.
    func offsets(_ split: DataSplit) -> [Double] {
        guard loss == .poisson, case .values(let targets, let outputs) = split.targets else { return [] }
        defer { extendLifetime(split) }
        return (0..<split.count).map { row in
            let sum = (row * outputs..<(row + 1) * outputs).reduce(0.0) { sum, index in
                let y = Double(targets[index])
                return sum + (y > 0 ? y * logarithm(y) - y : 0)
            }
            return sum * Double(split.weights?[row] ?? 1)
        }
    }
}
