/// What `MLPClassifier` and `MLPRegressor` are told: scikit-learn's parameters, with its names in Swift's spelling, its
/// defaults and its meanings. `threads` is the only one that scikit-learn does not have.
///
/// They are checked when training begins.
public struct MLPSettings: Sendable, Equatable {
    /// Units of each hidden layer, input side first; empty: a linear model.
    public var hiddenLayerSizes: [Int] = [100]
    /// Of the hidden layers. scikit-learn has identity, logistic, tanh and relu; the others work as well.
    public var activation: Activation = .relu
    /// How weights are found.
    public var solver: Solver = .adam
    /// Strength of the L2 penalty, at least 0: 0.5 · alpha · ‖W‖² / rows of the minibatch is added to the loss, W all weights
    /// without the intercepts.
    public var alpha: Double = 0.0001
    /// Rows of a minibatch; clipped to what there is.
    public var batchSize: BatchSize = .auto
    /// How the rate of `.sgd` changes.
    public var learningRate: LearningRateSchedule = .constant
    /// The rate to start from, above 0; `.adam` and `.sgd`.
    public var learningRateInit: Double = 0.001
    /// The exponent of `.invscaling`, at least 0.
    public var powerT: Double = 0.5
    /// The most epochs (of `.lbfgs` iterations) of a `fit`.
    public var maxIter: Int = 200
    /// Take the rows in a new order in each epoch.
    public var shuffle = true
    /// Key of all randomness: initial weights, order of the rows, rows held out. nil: another one each time; otherwise the
    /// result is the same to the bit, on any number of threads.
    public var randomState: UInt64?
    /// An epoch counts as better if it lowers the training loss, or with `earlyStopping` raises the validation score, by at
    /// least this much; of `.lbfgs` the largest slope that is none. At least 0.
    public var tol: Double = 1e-4
    /// Print a line an epoch, to standard output.
    public var verbose = false
    /// `fit` goes on from the weights that there are. Other than in scikit-learn the memory of sgd and adam (momentum,
    /// means) is kept as well.
    public var warmStart = false
    /// Of `.sgd`, from 0 to below 1.
    public var momentum: Double = 0.9
    /// Whether `.sgd` looks ahead along its momentum.
    public var nesterovsMomentum = true
    /// Hold rows out, end when their score gets no better, and keep the weights of the best epoch.
    public var earlyStopping = false
    /// The share of the rows that `earlyStopping` holds out, of each class alike; above 0, below 1.
    public var validationFraction: Double = 0.1
    /// Decay of Adam's mean of gradients, from 0 to below 1.
    public var beta1: Double = 0.9
    /// Decay of Adam's mean of squared gradients, from 0 to below 1.
    public var beta2: Double = 0.999
    /// Added to Adam's denominator, above 0.
    public var epsilon: Double = 1e-8
    /// Training ends after more than so many epochs in a row that were no better by `tol`; nil: never.
    public var nIterNoChange: Int? = 10
    /// The most evaluations of the loss by `.lbfgs`.
    public var maxFun: Int = 15_000
    /// Threads that work at once; nil: as many as there are usable CPUs. They change no number.
    public var threads: Int?

    /// How weights are found.
    public enum Solver: String, Sendable, CaseIterable {
        /// Stochastic gradient descent with momentum.
        case sgd
        /// Kingma & Ba 2015.
        case adam
        /// A quasi-Newton method on all rows at once, for small data. `batchSize`, `learningRate…`, `earlyStopping` and
        /// `nIterNoChange` play no part.
        case lbfgs
    }

    /// Rows of a minibatch.
    public enum BatchSize: Sendable, Equatable, ExpressibleByIntegerLiteral {
        /// 200, or all rows if there are fewer.
        case auto
        /// So many.
        case rows(Int)

        /// `.rows(value)`
        public init(integerLiteral value: Int) { self = .rows(value) }
    }

    /// How the rate of `.sgd` changes.
    public enum LearningRateSchedule: String, Sendable, CaseIterable {
        /// It does not.
        case constant
        /// learningRateInit / (t + 1) to the power of powerT, t the rows trained in finished epochs.
        case invscaling
        /// Divided by 5 where training would end for `tol`, down to a millionth; only then it ends.
        case adaptive
    }

    /// scikit-learn's defaults.
    public init() {}
}

extension Activation {
    /// scikit-learn's name of the sigmoid.
    public static var logistic: Activation { .sigmoid }
}
