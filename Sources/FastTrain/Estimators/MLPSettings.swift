/// The settings of `MLPClassifier` and `MLPRegressor`.
///
/// They are scikit-learn's constructor parameters with the same names (in Swift's spelling), defaults and meanings.
/// Only `threads` is not in scikit-learn, and `verbose` is missing: a fit prints nothing and takes a `progress`
/// function. The values are checked when training begins.
public struct MLPSettings: Sendable, Equatable {
    /// The number of units in each hidden layer, input side first. A linear model has none.
    public var hiddenLayerSizes: [Int] = [100]
    /// The activation of the hidden layers. scikit-learn has identity, logistic, tanh and relu; the others work as
    /// well.
    public var activation: Activation = .relu
    /// The algorithm that finds the weights.
    public var solver: Solver = .adam
    /// The strength of the L2 penalty; at least 0.
    ///
    /// The penalty 0.5 · alpha · ‖W‖² / (rows of the minibatch) is added to the loss. W are all weights without the
    /// intercepts.
    public var alpha: Double = 0.0001
    /// The number of rows in a minibatch, at most the number of training rows.
    public var batchSize: BatchSize = .auto
    /// The learning-rate schedule of `.sgd`.
    public var learningRate: LearningRateSchedule = .constant
    /// The initial learning rate of `.adam` and `.sgd`; above 0.
    public var learningRateInit: Double = 0.001
    /// The exponent of the schedule `.invscaling`; at least 0.
    public var powerT: Double = 0.5
    /// The maximum number of epochs, or of `.lbfgs` iterations, in one `fit`.
    public var maxIter: Int = 200
    /// Whether to visit the rows in a new order in each epoch.
    public var shuffle = true
    /// The seed of the initial weights, the order of the rows and the choice of validation rows.
    ///
    /// `nil` means a different seed each time. With a seed, results are equal bit for bit on any number of threads.
    public var randomState: UInt64?
    /// The tolerance of the stopping rules; at least 0.
    ///
    /// An epoch is an improvement if it lowers the training loss, or with `earlyStopping` raises the validation score,
    /// by at least this much. `.lbfgs` stops when no component of the gradient exceeds it.
    public var tol: Double = 1e-4
    /// Whether `fit` continues from the current weights. In contrast to scikit-learn, the optimizer's state (momentum,
    /// means of gradients) is kept as well.
    public var warmStart = false
    /// The momentum of `.sgd`; from 0 to below 1.
    public var momentum: Double = 0.9
    /// Whether `.sgd` uses Nesterov's momentum.
    public var nesterovsMomentum = true
    /// Whether to hold out validation rows, stop when their score no longer improves, and keep the weights of the best
    /// epoch.
    public var earlyStopping = false
    /// The fraction of rows that `earlyStopping` holds out, the same for each class; above 0 and below 1.
    public var validationFraction: Double = 0.1
    /// The decay rate of Adam's mean of gradients; from 0 to below 1.
    public var beta1: Double = 0.9
    /// The decay rate of Adam's mean of squared gradients; from 0 to below 1.
    public var beta2: Double = 0.999
    /// The constant added to Adam's denominator; above 0.
    public var epsilon: Double = 1e-8
    /// The number of consecutive epochs without an improvement by `tol` to tolerate; `nil` means any number.
    public var nIterNoChange: Int? = 10
    /// The maximum number of loss evaluations of `.lbfgs`.
    public var maxFun: Int = 15_000
    /// The number of threads; `nil` means one for each usable CPU, but no more than a step has work for. It does not
    /// affect any result.
    public var threads: Int?

    /// An algorithm that finds the weights.
    public enum Solver: String, Sendable, CaseIterable {
        /// Stochastic gradient descent with momentum.
        case sgd
        /// Adam (Kingma & Ba 2015).
        case adam
        /// L-BFGS, a quasi-Newton method on all rows at once, for small data sets. It ignores `batchSize`, the
        /// learning-rate settings, `earlyStopping` and `nIterNoChange`.
        case lbfgs
    }

    /// The number of rows in a minibatch.
    public enum BatchSize: Sendable, Equatable, ExpressibleByIntegerLiteral {
        /// 200 rows, or all rows if there are fewer.
        case auto
        /// A fixed number of rows.
        case rows(Int)

        /// Creates `.rows(value)`.
        public init(integerLiteral value: Int) { self = .rows(value) }
    }

    /// A learning-rate schedule of `.sgd`.
    public enum LearningRateSchedule: String, Sendable, CaseIterable {
        /// The learning rate does not change.
        case constant
        /// The learning rate is learningRateInit / (t + 1)^powerT, where t is the number of rows trained in finished
        /// epochs.
        case invscaling
        /// The learning rate is divided by 5 whenever training would stop because of `tol`, down to 10⁻⁶. Only then
        /// does it stop.
        case adaptive
    }

    /// Creates settings with scikit-learn's defaults.
    public init() {}
}

extension Activation {
    /// The sigmoid, under scikit-learn's name.
    public static var logistic: Activation { .sigmoid }
}
