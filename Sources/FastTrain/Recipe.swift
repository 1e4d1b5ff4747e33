/// Everything that decides a run's result, to the bit: `recipe.json` holds it, each checkpoint and model carries it.
///
/// What is not here (threads, instruction set, paths of output) changes how fast a run is, never what it yields.
public struct Recipe: Sendable, Equatable {
    /// Units of each hidden layer, input side first; empty: a linear model.
    public var hidden: [Int] = [256, 128]
    /// After the hidden layers: one for all, or one for each.
    public var activation: [Activation] = [.relu]
    /// Slope of leaky ReLU below zero.
    public var leakySlope: Double = 0.01
    /// Between the hidden layers' sums and their activations.
    public var normalization: Normalization = .none
    /// nil: cross-entropy for classification, squared error for regression. A resolved recipe has it set.
    public var loss: Loss?
    /// Of the loss huber, in the unit of the targets.
    public var huberDelta: Double = 1
    /// What the rows of each class count in training. Rows' own weights, if the data set has them, multiply it.
    public var classWeight: ClassWeight?
    /// Of cross-entropy, in training only: the share of each row's weight that all classes have in equal parts, in 0..<1.
    public var labelSmoothing: Double = 0
    /// How gradients become updates.
    public var optimizer: Optimizer = .adam
    /// The largest of the schedule.
    ///
    /// The default, with the cosine that takes it to 0, gives 784-256-10 on MNIST 98.1 to 98.2% in 10 epochs (three
    /// seeds); a constant 0.001 gives 97.7 to 97.9%.
    public var learningRate: Double = 0.002
    /// Of SGD.
    public var momentum: Double = 0.9
    /// Of SGD: look ahead along the momentum.
    public var nesterov = false
    /// Share of each hidden layer's outputs that a step drops, each by chance, in 0..<1: one for all layers, or one for
    /// each; empty: none. What is kept is divided by the share that is (PyTorch's `nn.Dropout`).
    public var dropout: [Double] = []
    /// Share of the features that a step drops, in 0..<1.
    public var inputDropout: Double = 0
    /// Added to the gradient as `weightDecay · w` or decoupled (adamw, lion), weights and biases alike.
    public var weightDecay: Double = 0
    /// scikit-learn's L2 penalty: 0.5 · alpha · ‖W‖² / rows of the minibatch is added to the loss that is minimised and shown,
    /// W all weights without the biases.
    public var alpha: Double = 0
    /// Times the sign of each weight, biases and normalizations left out, added to the gradient: the subgradient of an L1
    /// penalty, which losses are reported without.
    public var l1: Double = 0
    /// The largest magnitude of an element of the gradient, L1 included and weight decay not
    /// (`torch.nn.utils.clip_grad_value_`); nil: none.
    public var clipValue: Double?
    /// The largest norm of the whole gradient, L1 included and weight decay not (`torch.nn.utils.clip_grad_norm_`); nil: any.
    public var clipNorm: Double?
    /// The largest norm of a unit's incoming weights, to which they are scaled down after an update; nil: any.
    public var maxNorm: Double?
    /// What is evaluated and kept is the mean of the parameters after each step, those of t steps ago counting `ema` to the
    /// power t; nil: the parameters themselves.
    public var ema: Double?
    /// Decay of Adam's mean of gradients; of the direction that Lion takes.
    public var beta1: Double = 0.9
    /// Decay of Adam's and RMSprop's mean of squared gradients, of Lion's mean of gradients. nil: 0.999 for Adam, 0.99 for
    /// the others. A resolved recipe has it set.
    public var beta2: Double?
    /// Added to the denominator of Adam, RMSprop and Adagrad (for which PyTorch's default is 1e-10).
    public var epsilon: Double = 1e-8
    /// Of lbfgs: how many steps, and the changes of the gradient along them, stand for second derivatives.
    public var historySize: Int = 10
    /// Of lbfgs: the run ends when no element of the gradient has a larger magnitude.
    public var gradientTolerance: Double = 1e-5
    /// How the learning rate changes over the steps.
    public var schedule: Schedule = .cosine
    /// What a schedule of step, exponential or plateau multiplies the learning rate by; nil: 0.1, of exponential 0.9. A
    /// resolved recipe has it set.
    public var gamma: Double?
    /// Epochs after which step does so, or without a better monitor after which plateau does.
    public var decayEpochs: Int = 10
    /// Of inverse scaling.
    public var power: Double = 0.5
    /// Epochs, or a part of one, over which the learning rate rises from 0 before its schedule begins.
    public var warmup: Double = 0
    /// Rows of a minibatch; the last one of an epoch may be smaller.
    public var batchSize: Int = 128
    /// Passes over the training rows.
    public var epochs: Int = 10
    /// Key of every random number of the run.
    public var seed: UInt64 = 1
    /// Share of the training rows held out for validation, in 0..<1; 0: none.
    public var validation: Double = 0.1
    /// What tells a better epoch from a worse one, for the model that is kept and for `patience`.
    public var monitor: Monitor = .validationLoss
    /// Epochs without a better `monitor` after which the run ends; nil: it goes on to the last epoch.
    public var patience: Int?
    /// By how much a `monitor` must be better to count for `patience`.
    public var minDelta: Double = 0
    /// scikit-learn's tolerance: an epoch counts that betters the lowest training loss so far (with `monitor`
    /// `.validationScore` the highest score) by at least this much. nil: 1e-4 if `nIterNoChange` is set or the schedule is
    /// adaptive, else the run does not end by it. A resolved recipe has it set where it applies.
    public var tol: Double?
    /// Of more than so many epochs in a row that do not count the run ends, or the adaptive schedule goes on with a fifth of
    /// the rate. nil: 10 where `tol` applies.
    public var nIterNoChange: Int?
    /// Reshuffle the rows each epoch; false: file order.
    public var shuffle = true
    /// Contiguous slices of a minibatch whose gradients are all-reduced (the ranks of distributed SGD).
    public var shards: Int = 2
    /// Of the factors in matrix products.
    public var precision: Precision = .f32

    /// The defaults.
    public init() {}
}

extension Recipe {
    /// Of each hidden layer.
    var activations: [Activation] {
        activation.count == hidden.count ? activation : hidden.map { _ in activation.first ?? .identity }
    }
}

/// What is done to the sums of a hidden layer before its activation: mean 0 and variance 1, then a scale and a shift that
/// are trained. Definitions and defaults (epsilon 1e-5, momentum 0.1) are PyTorch's.
public enum Normalization: String, Sendable, CaseIterable {
    case none
    /// Of each unit over the minibatch, all its shards; after training by running statistics (Ioffe & Szegedy 2015).
    case batch
    /// Of each row over the layer's units (Ba et al. 2016).
    case layer
}

/// The nonlinearity after a hidden layer. The derivative of ReLU and leaky ReLU at 0 is 1.
public enum Activation: String, Sendable, CaseIterable {
    case identity, relu
    case leakyReLU = "leaky-relu"
    /// With α = 1 (Clevert et al. 2016).
    case elu
    case sigmoid, tanh
    /// z Φ(z), Φ the normal distribution (Hendrycks & Gimpel 2016).
    case gelu
    /// Its approximation by tanh, PyTorch's `approximate="tanh"`.
    case geluTanh = "gelu-tanh"
    /// z σ(z), also known as swish (Elfwing et al. 2017).
    case silu
    /// ln(1 + eᶻ)
    case softplus
    /// z tanh(ln(1 + eᶻ)) (Misra 2019).
    case mish
}

/// What training minimises, averaged over the rows of the minibatch.
public enum Loss: String, Sendable, CaseIterable {
    /// Softmax of the outputs, then `-log p[label]`.
    case crossEntropy = "cross-entropy"
    /// `Σₖ −yₖ log pₖ − (1 − yₖ) log(1 − pₖ)` with p the sigmoid of the outputs. For two classes there is one output, of the
    /// second one; for more, y is one-hot; for numbers, each is a label of its own that holds (1) or not (0).
    case binaryCrossEntropy = "binary-cross-entropy"
    /// `Σₖ (yₖ − fₖ)²` over the outputs; for classes, y is one-hot.
    case squaredError = "squared-error"
    /// `Σₖ |yₖ − fₖ|`; its derivative at 0 is 0.
    case absoluteError = "absolute-error"
    /// `Σₖ (yₖ − fₖ)² / 2` up to a distance of `Recipe.huberDelta`, linear beyond (PyTorch's HuberLoss).
    case huber
    /// `Σₖ exp fₖ − yₖ fₖ`, for counts y; `predict` gives exp f (PyTorch's PoissonNLLLoss).
    case poisson
}

extension Loss {
    /// Whether it can be of such answers.
    func fits(_ task: Dataset.Task) -> Bool {
        switch (self, task) {
        case (.crossEntropy, .regression), (.poisson, .classification): false
        case (.binaryCrossEntropy, .classification(let classes)): classes.count > 1
        default: true
        }
    }

    /// The numbers that it can be of; nil: all.
    var targets: ClosedRange<Float>? {
        switch self {
        case .binaryCrossEntropy: 0...1
        case .poisson: 0 ... .infinity
        case .crossEntropy, .squaredError, .absoluteError, .huber: nil
        }
    }
}

/// What the rows of each class count in training, where 1 is what they count without it. A minibatch's loss is the mean
/// by these weights.
public enum ClassWeight: Sendable, Equatable {
    /// Rows / (classes · rows of the class), by the rows trained on: each class counts as much as any other (scikit-learn's).
    case balanced
    /// One for each class, in their order.
    case given([Double])
}

/// How a gradient becomes an update; definitions as in PyTorch's `torch.optim`, as far as it has them.
public enum Optimizer: String, Sendable, CaseIterable {
    case sgd, adam, adamw, rmsprop, adagrad
    /// Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023); with decoupled weight decay.
    case lion
    /// Limited-memory BFGS with a line search by the strong Wolfe conditions, on all training rows at once: an epoch is one
    /// iteration. Minibatches, learning rates and schedules do not matter to it; losses include the weight decay for the
    /// search, not where they are reported.
    case lbfgs

    /// Of `Recipe.beta2`.
    public var defaultBeta2: Double { self == .adam || self == .adamw ? 0.999 : 0.99 }
}

/// What the factors of matrix products are rounded to. Sums, parameters and the optimizer's memory are single-precision
/// numbers in any case.
public enum Precision: String, Sendable, CaseIterable {
    /// Single-precision numbers, as they are.
    case f32
    /// bfloat16: 8 significant bits, the range of single precision. Training takes a CPU with AVX512_BF16, which AMD's
    /// have from Zen 4 on; Intel's Emerald Rapids does single precision faster.
    case bf16
}

/// A figure of each epoch.
public enum Monitor: String, Sendable, CaseIterable {
    /// Of the rows held out.
    case validationLoss = "validation-loss"
    /// Of the rows held out: accuracy, or R² of numbers.
    case validationScore = "validation-score"
    /// Of the rows trained on. The model that is kept is then the last one.
    case trainLoss = "train-loss"
}

/// The learning rate over the steps of a run.
public enum Schedule: String, Sendable, CaseIterable {
    case constant
    /// Times gamma after every `decayEpochs` epochs (PyTorch's StepLR).
    case step
    /// Times gamma after each epoch (PyTorch's ExponentialLR).
    case exponential
    /// Divided by (rows trained in finished epochs + 1) to `power` (scikit-learn's "invscaling").
    case inverseScaling = "inverse-scaling"
    /// Times gamma after more than `decayEpochs` epochs without a better monitor (PyTorch's ReduceLROnPlateau: better by a
    /// ten thousandth; down to any rate).
    case plateau
    /// Divided by 5 each time that more than `nIterNoChange` epochs in a row brought less than `tol`; when that happens at
    /// a millionth or less, the run ends (scikit-learn's "adaptive").
    case adaptive
    /// From `learningRate` to 0 along half a cosine.
    case cosine
    /// Up to `learningRate` over the first 30% of steps, then down to almost 0 (Smith & Topin 2018; PyTorch's
    /// defaults, momentum left as it is).
    case oneCycle = "one-cycle"

    /// Of `Recipe.gamma`.
    public var defaultGamma: Double { self == .exponential ? 0.9 : 0.1 }
}
