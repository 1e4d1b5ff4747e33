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
