/// The function that turns a network's outputs into predictions. It follows from the loss (`Loss.Traits`).
///
/// Raw values are scikit-learn's names (`out_activation_`).
enum OutputFunction: String {
    /// The outputs are the predicted numbers, or scores of the classes.
    case identity
    /// The outputs become the probabilities of the classes, which add up to 1.
    case softmax
    /// Each output becomes the probability of a class or label.
    case logistic
    /// Each output becomes an expected count.
    case exponential = "exp"

    /// Whether predictions are probabilities.
    var givesProbabilities: Bool { self == .softmax || self == .logistic }

    /// Whether the numbers of a regression task are labels that hold or not, so that predictions are right or wrong
    /// rather than near or far.
    var takesNumbersAsLabels: Bool { self == .logistic }

    /// The range of the targets that it can be fitted to; `nil` means all numbers.
    var targets: ClosedRange<Float>? {
        switch self {
        case .logistic: 0...1
        case .exponential: 0 ... .infinity
        case .identity, .softmax: nil
        }
    }

    /// Returns the number that an output of a regression predicts.
    func number(_ output: Float) -> Double {
        // A larger exponent would overflow.
        self == .exponential ? FastTrain.exponential(min(Double(output), 700)) : Double(output)
    }

    /// Returns whether a network with this function can learn a task.
    func fits(_ task: Dataset.Task) -> Bool {
        switch (self, task) {
        case (.softmax, .regression), (.exponential, .classification): false
        case (.logistic, .classification(let classes)): classes.count > 1
        case (.softmax, .classification), (.logistic, .regression), (.exponential, .regression), (.identity, _): true
        }
    }

    /// Returns the number of outputs for a task: one for each class or number, but a single one where the logistic
    /// function tells two classes apart.
    func count(for task: Dataset.Task) -> Int {
        switch task {
        case .classification(let classes): self == .logistic && classes.count == 2 ? 1 : classes.count
        case .regression(let targets): targets.count
        }
    }
}
