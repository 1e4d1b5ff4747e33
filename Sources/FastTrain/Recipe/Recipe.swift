/// All settings that determine the result of a run, bit for bit. `recipe.json` holds them, and so does each checkpoint and
/// model.
///
/// Anything else, such as the number of threads, the instruction set or the output folder, affects how fast a run is, but
/// not its result.
public struct Recipe: Sendable, Hashable {
    /// The number of units of each hidden layer, from the input side. An empty list makes a linear model.
    public var hidden: [Int] = [256, 128]
    /// The activation of the hidden layers: one for all of them, or one for each.
    public var activation: [Activation] = [.relu]
    /// The slope of leaky ReLU for negative inputs.
    public var leakySlope: Double = 0.01
    /// The normalization of the hidden layers, applied before the activation.
    public var normalization: Normalization = .none
    /// The loss to minimize. `nil` means cross-entropy for classification and squared error for regression. It is set in a
    /// resolved recipe.
    public var loss: Loss?
    /// The distance from the target beyond which the Huber loss is linear, in the unit of the targets.
    public var huberDelta: Double = 1
    /// The weight of each class's rows in training; `nil` means 1. If the data set has row weights, the two are multiplied.
    public var classWeight: ClassWeight?
    /// The share of each row's label that is spread evenly over all classes, in 0..<1. It applies to cross-entropy, in
    /// training only.
    public var labelSmoothing: Double = 0
    /// The rule that turns gradients into updates.
    public var optimizer: Optimizer = .adam
    /// The learning rate, the highest one of the schedule.
    ///
    /// With the default and the cosine schedule, 784-256-10 reaches 98.1 to 98.2% on MNIST in 10 epochs (three seeds); with
    /// a constant 0.001, it reaches 97.7 to 97.9%.
    public var learningRate: Double = 0.002
    /// The momentum of SGD.
    public var momentum: Double = 0.9
    /// Whether SGD uses Nesterov momentum.
    public var nesterov = false
    /// The share of each hidden layer's outputs that a step drops at random, in 0..<1: one for all layers, or one for each;
    /// empty for none. The other outputs are divided by the share that is kept, as in PyTorch's `nn.Dropout`.
    public var dropout: [Double] = []
    /// The share of the features that a step drops, in 0..<1.
    public var inputDropout: Double = 0
    /// The weight decay of all parameters, biases included. `weightDecay · w` is added to the gradient, except in AdamW and
    /// Lion, where the decay is decoupled from it.
    public var weightDecay: Double = 0
    /// The L2 penalty of scikit-learn: 0.5 · alpha · ‖W‖² / rows of the minibatch is added to the loss that is minimized and
    /// reported, where W is all weights without the biases.
    public var alpha: Double = 0
    /// The factor of an L1 penalty: `l1` times the sign of each weight, a subgradient of the penalty, is added to the
    /// gradient. Biases and normalizations have none. Reported losses do not include the penalty.
    public var l1: Double = 0
    /// The magnitude to which each element of the gradient is clipped, after the L1 penalty and before the weight decay
    /// (`torch.nn.utils.clip_grad_value_`); `nil` means no clipping.
    public var clipValue: Double?
    /// The norm to which the whole gradient is scaled down, after the L1 penalty and before the weight decay
    /// (`torch.nn.utils.clip_grad_norm_`); `nil` means no clipping.
    public var clipNorm: Double?
    /// The norm to which each unit's incoming weights are scaled down after an update; `nil` means no limit.
    public var maxNorm: Double?
    /// The decay rate per step of an exponential moving average of the parameters, which is evaluated and kept instead of
    /// them: the parameters of t steps ago have the weight `ema` to the power t. `nil` means no average.
    public var ema: Double?
    /// The decay rate of Adam's mean of gradients, and of the direction that Lion takes.
    public var beta1: Double = 0.9
    /// The decay rate of Adam's and RMSprop's mean of squared gradients, and of Lion's mean of gradients. `nil` means 0.999
    /// for Adam and AdamW and 0.99 for the others. It is set in a resolved recipe.
    public var beta2: Double?
    /// The number added to the denominator in Adam, AdamW, RMSprop and Adagrad (for which PyTorch's default is 1e-10).
    public var epsilon: Double = 1e-8
    /// The number of past steps, each with the change of the gradient along it, from which L-BFGS estimates the curvature.
    public var historySize: Int = 10
    /// The magnitude that no element of the gradient may exceed for L-BFGS to end the run.
    public var gradientTolerance: Double = 1e-5
    /// The learning rate over the steps.
    public var schedule: Schedule = .cosine
    /// The factor by which the schedules step, exponential and plateau multiply the learning rate. `nil` means 0.9 for
    /// exponential and 0.1 for the others. It is set in a resolved recipe.
    public var gamma: Double?
    /// The number of epochs between two reductions by the schedule step, or of epochs without improvement before one by the
    /// schedule plateau.
    public var decayEpochs: Int = 10
    /// The exponent of the schedule inverse-scaling.
    public var power: Double = 0.5
    /// The number of epochs, possibly a fraction, over which the learning rate rises from 0 before its schedule begins.
    public var warmup: Double = 0
    /// The number of rows of a minibatch. The last one of an epoch may be smaller.
    public var batchSize: Int = 128
    /// The number of passes over the training rows.
    public var epochs: Int = 10
    /// The key of all random numbers of the run.
    public var seed: UInt64 = 1
    /// The share of the training rows that is held out for validation, in 0..<1; 0 means none.
    public var validation: Double = 0.1
    /// The figure by which epochs are compared, to keep the best model and for `patience`.
    public var monitor: Monitor = .validationLoss
    /// The number of consecutive epochs without improvement by `monitor` after which the run ends; `nil` means it never ends
    /// early.
    public var patience: Int?
    /// The smallest improvement of `monitor` that counts for `patience`.
    public var minDelta: Double = 0
    /// The tolerance of scikit-learn: an epoch counts as an improvement if it lowers the lowest training loss so far (with
    /// `monitor` `.validationScore`, raises the highest score) by at least this. `nil` means 1e-4 if `nIterNoChange` is set
    /// or the schedule is adaptive, and otherwise no such rule. It is set in a resolved recipe where the rule applies.
    public var tol: Double?
    /// The number of consecutive epochs without improvement by `tol` to tolerate. After more of them, the run ends, or the
    /// adaptive schedule divides the learning rate by 5. `nil` means 10 where `tol` applies.
    public var nIterNoChange: Int?
    /// Whether rows are shuffled in each epoch, instead of taken in the order of the file.
    public var shuffle = true
    /// The number of contiguous slices of a minibatch whose gradients are all-reduced, like the ranks of distributed SGD.
    public var shards: Int = 2
    /// The precision of the factors in matrix products.
    public var precision: Precision = .f32
    /// The order in which the products of bfloat16 numbers are added. `nil` means that of this CPU's fastest instructions,
    /// so far `.pairs` on every CPU. It is set in a resolved recipe of the precision bf16.
    public var accumulation: Accumulation?

    /// Creates a recipe with the default settings.
    public init() {}
}
