/// A loss of the estimators, and how scikit-learn's figures follow from the engine's where they are others.
struct MLPLoss: Sendable {
    let loss: Loss
    /// Of the loss that is shown.
    let data: Double
    /// Of the penalty that is shown.
    let penalty: Double
    /// What the engine's gradient is a multiple of: a power of two, so that nothing is rounded.
    let gradient: Double
    /// The function of the outputs, by scikit-learn's name.
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

    /// Of more than two classes.
    static let softmax = MLPLoss(.crossEntropy, outActivation: "softmax")

    /// Of two classes, with one output, and of labels that hold or not.
    static let logistic = MLPLoss(.binaryCrossEntropy, outActivation: "logistic")

    /// scikit-learn takes half of it, and shows its mean over the outputs, while the gradient is that of the sum.
    static func squaredError(outputs: Int) -> MLPLoss {
        MLPLoss(
            .squaredError, data: 1 / Double(2 * outputs), penalty: 0.5, gradient: 2, outActivation: "identity")
    }

    /// Half the deviance of Poisson's distribution.
    static let poisson = MLPLoss(.poisson, outActivation: "exp")

    /// What the rate is divided by: Adam's steps do not depend on the gradient's scale, but for its epsilon.
    func ofRate(_ optimizer: Optimizer) -> Double { optimizer == .sgd ? gradient : 1 }

    /// What each row's loss is more by than the engine's, times its weight: y log y − y, which no weight changes, is part of
    /// the deviance. Empty: nothing.
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
