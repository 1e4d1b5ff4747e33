import ArgumentParser
import FastTrain

/// How the network is trained.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to minimise; unless given, cross-entropy for classes and squared-error for numbers.",
            valueName: "name"))
    var loss: Loss?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Distance from the target beyond which huber is linear. (default: \(Format.setting(Recipe().huberDelta)))",
            valueName: "x"))
    var huberDelta: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            What the rows of each class count in training: 'balanced' for each class alike, or numbers with commas in \
            the classes' order. (default: each row counts 1)
            """, valueName: "weights"))
    var classWeight: ClassWeight?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of cross-entropy, in training: the share of a row's weight that all classes have alike.",
            valueName: "share"))
    var labelSmoothing = Setting(Recipe().labelSmoothing)

    @Option(help: ArgumentHelp("How a gradient becomes an update; lbfgs takes all rows at once.", valueName: "name"))
    var optimizer = Setting(Recipe().optimizer)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Learning rate, the largest of the schedule.", valueName: "rate"))
    var learningRate = Setting(Recipe().learningRate)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Momentum of sgd, in 0..<1. (default: \(Format.setting(Recipe().momentum)))", valueName: "share"))
    var momentum: Double?

    @Flag(inversion: .prefixedNo, help: "Nesterov's momentum, for sgd. (default: off)")
    var nesterov: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Decay of the mean of gradients, for adam, adamw and lion. (default: \(Format.setting(Recipe().beta1)))",
            valueName: "share"))
    var beta1: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Decay of the mean of their squares, for adam, adamw and rmsprop; of lion's mean. (default: 0.999 for adam \
            and adamw, else 0.99)
            """,
            valueName: "share"))
    var beta2: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Added to the denominator, for all but sgd and lion. (default: \(Format.setting(Recipe().epsilon)))",
            valueName: "x"))
    var epsilon: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of each hidden layer's outputs that a step drops; one for all layers or, with commas, one for each.",
            valueName: "share"))
    var dropout = Setting(Rates(values: []))

    @Option(parsing: .unconditional, help: ArgumentHelp("Share of the features that a step drops.", valueName: "share"))
    var inputDropout = Setting(Recipe().inputDropout)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Weight decay (decoupled in adamw and lion).", valueName: "rate"))
    var weightDecay = Setting(Recipe().weightDecay)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            scikit-learn's L2 penalty: half of this times the squared weights (without biases) is added to the loss of \
            each minibatch, divided by its rows.
            """,
            valueName: "x"))
    var alpha = Setting(Recipe().alpha)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Times each weight's sign added to its gradient.", valueName: "rate"))
    var l1 = Setting(Recipe().l1)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Clip each element of the gradient to this magnitude. (default: none)", valueName: "x"))
    var clipValue: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Scale the whole gradient down to this norm. (default: none)", valueName: "x"))
    var clipNorm: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Scale each unit's incoming weights down to this norm after an update. (default: none)", valueName: "x"))
    var maxNorm: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Evaluate and keep the mean of the weights after each step, that of each step counting this share of the \
            next one's. (default: no mean)
            """, valueName: "share"))
    var ema: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of lbfgs: past steps that tell the curvature. (default: \(Recipe().historySize))", valueName: "n"))
    var historySize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Of lbfgs: end when no element of the gradient is larger. (default: \
            \(Format.setting(Recipe().gradientTolerance)))
            """, valueName: "x"))
    var gradientTolerance: Double?

    @Option(help: ArgumentHelp("Learning rate over the steps.", valueName: "name"))
    var schedule = Setting(Recipe().schedule)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What step, exponential and plateau multiply the learning rate by. (default: 0.1, of exponential 0.9)",
            valueName: "factor"))
    var gamma: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Epochs after which step does so, or without a better --monitor after which plateau does. (default: 10)",
            valueName: "n"))
    var decayEpochs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of inverse-scaling: the rate is divided by the rows of the finished epochs to this power. (default: 0.5)",
            valueName: "p"))
    var power: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs over which the learning rate rises before its schedule begins.", valueName: "epochs")
    )
    var warmup = Setting(Recipe().warmup)

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows of a minibatch.", valueName: "n"))
    var batchSize = Setting(Recipe().batchSize)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Passes over the training rows; of lbfgs iterations.", valueName: "n"))
    var epochs = Setting(Recipe().epochs)

    @Option(
        help: ArgumentHelp(
            "What the best epoch is told by, whose model is kept; of train-loss the last model is.", valueName: "name"))
    var monitor = Setting(Recipe().monitor)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End when so many epochs in a row were no better. (default: never)", valueName: "n"))
    var patience: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("By how much better, for --patience. (default: 0)", valueName: "x"))
    var minDelta: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            scikit-learn's tolerance: end when more than --n-iter-no-change epochs in a row each brought less than this \
            in training loss, or with --monitor validation-score in that. (default: 1e-4 with --n-iter-no-change or \
            --schedule adaptive, else never)
            """,
            valueName: "x"))
    var tol: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "See --tol; for adaptive, which then goes on with a fifth of the rate. (default: 10)", valueName: "n"))
    var nIterNoChange: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Key of all randomness.", valueName: "n"))
    var seed = Setting(Recipe().seed)

    @Flag(
        inversion: .prefixedNo,
        help: "Take the rows in a new order in each epoch, or in the file's. (default: --shuffle)")
    var shuffle: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Slices of a minibatch whose gradients are added up, as with that many machines. Part of the result, \
            unlike --threads.
            """,
            valueName: "n"))
    var shards = Setting(Recipe().shards)

    @Option(
        help: ArgumentHelp(
            """
            Of the factors in matrix products; sums and parameters stay single-precision. bf16 (bfloat16) takes a CPU \
            with AVX512_BF16.
            """,
            valueName: "name"))
    var precision = Setting(Recipe().precision)
}
