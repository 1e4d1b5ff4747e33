/// The numbers of a network in their public layout: that of PyTorch's `nn.Linear` and of its normalizations.
public struct Parameters: Sendable, Equatable {
    /// One Linear.
    public struct Layer: Sendable, Equatable {
        /// Columns of the weight.
        public let inputs: Int
        /// Rows of the weight.
        public let outputs: Int
        /// [outputs, inputs], row-major.
        public var weight: [Float]
        /// [outputs]
        public var bias: [Float]
        /// Of its outputs, if they are normalised.
        public var normalization: Normalization?

        /// All zero, without normalization.
        public init(inputs: Int, outputs: Int) {
            self.inputs = inputs
            self.outputs = outputs
            weight = [Float](repeating: 0, count: inputs * outputs)
            bias = [Float](repeating: 0, count: outputs)
        }
    }

    /// One normalization: PyTorch's `BatchNorm1d` or `LayerNorm`.
    public struct Normalization: Sendable, Equatable {
        /// γ, its `weight`; [outputs].
        public var scale: [Float]
        /// β, its `bias`; [outputs].
        public var shift: [Float]
        /// Of batch normalization; nil also in an optimizer's memory.
        public var running: Running?

        /// See the properties.
        public init(scale: [Float], shift: [Float], running: Running? = nil) {
            self.scale = scale
            self.shift = shift
            self.running = running
        }

        /// The statistics that take the minibatch's place after training.
        public struct Running: Sendable, Equatable {
            /// [outputs]
            public var mean: [Float]
            /// [outputs], unbiased.
            public var variance: [Float]
            /// Minibatches that they have seen.
            public var batches: Int

            /// See the properties.
            public init(mean: [Float], variance: [Float], batches: Int) {
                self.mean = mean
                self.variance = variance
                self.batches = batches
            }
        }
    }

    /// Input side first.
    public var layers: [Layer]

    /// See `layers`.
    public init(layers: [Layer]) {
        self.layers = layers
    }

    /// How many numbers there are.
    public var count: Int {
        layers.reduce(0) { $0 + $1.weight.count + $1.bias.count + ($1.normalization.map { 2 * $0.scale.count } ?? 0) }
    }
}

/// All that a run needs to go on as if it had never stopped.
public struct TrainingState: Sendable, Equatable {
    /// As they are after `step` minibatches.
    public var parameters: Parameters
    /// Of the parameters over the steps, if the recipe has an `ema`.
    public var average: Parameters?
    /// The optimizer's memory by its name in PyTorch: "momentum" for SGD with momentum; "exp_avg" and "exp_avg_sq" for
    /// Adam and AdamW; "square_avg" for RMSprop; "sum" for Adagrad; "exp_avg" for Lion; empty for plain
    /// SGD. Of lbfgs the last steps "s1", "s2" …, newest first, and the changes of the gradient along them "y1", "y2" …; 0 of
    /// those that are not there yet.
    public var optimizer: [String: Parameters]
    /// The parameters, or their average, of the best epoch by the recipe's monitor so far, when rows are held out.
    public var best: Best?
    /// Minibatches seen since the start of the run.
    public var step: Int
    /// Sum of the losses of the rows seen in the unfinished epoch: each minibatch's in row order within a shard, shards
    /// in the fixed tree; minibatches in their order.
    public var lossSum: Double
    /// One record for each finished epoch.
    public var history: [EpochRecord]
    /// Whether lbfgs has found what it looks for, so that the run is over.
    public var hasConverged: Bool
    /// Wall-clock time that the run has taken, all its sessions together. It decides nothing.
    public var seconds: Double

    /// The parameters worth keeping.
    public struct Best: Sendable, Equatable {
        /// From 1.
        public var epoch: Int
        /// At its end.
        public var parameters: Parameters

        /// See the properties.
        public init(epoch: Int, parameters: Parameters) {
            self.epoch = epoch
            self.parameters = parameters
        }
    }

    /// See the properties.
    public init(
        parameters: Parameters, average: Parameters? = nil, optimizer: [String: Parameters], best: Best?, step: Int,
        lossSum: Double, history: [EpochRecord], hasConverged: Bool = false, seconds: Double = 0
    ) {
        self.parameters = parameters
        self.average = average
        self.optimizer = optimizer
        self.best = best
        self.step = step
        self.lossSum = lossSum
        self.history = history
        self.hasConverged = hasConverged
        self.seconds = seconds
    }
}

/// What is known of one finished epoch: a line of `history.jsonl`.
public struct EpochRecord: Sendable, Equatable {
    /// From 1.
    public var epoch: Int
    /// Minibatches since the start of the run.
    public var step: Int
    /// Mean loss of a row over the epoch, each at the parameters that its minibatch met; of lbfgs at those that the iteration
    /// came to.
    public var trainLoss: Double
    /// Mean loss of a held-out row; nil without validation.
    public var validationLoss: Double?
    /// Share of held-out rows classified rightly (classification).
    public var validationAccuracy: Double?
    /// Coefficient of determination on the held-out rows (regression).
    public var validationR2: Double?
    /// Of the epoch's last step; of lbfgs how far the line search went.
    public var learningRate: Double
    /// Rows trained a second, validation and saving left out.
    public var samplesPerSecond: Double
    /// Wall-clock time since the start of the run, earlier sessions of a resumed run included.
    public var seconds: Double

    /// See the properties.
    public init(
        epoch: Int, step: Int, trainLoss: Double, validationLoss: Double? = nil, validationAccuracy: Double? = nil,
        validationR2: Double? = nil, learningRate: Double, samplesPerSecond: Double, seconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.trainLoss = trainLoss
        self.validationLoss = validationLoss
        self.validationAccuracy = validationAccuracy
        self.validationR2 = validationR2
        self.learningRate = learningRate
        self.samplesPerSecond = samplesPerSecond
        self.seconds = seconds
    }
}
