/// The parameters of a network, laid out as in PyTorch's `nn.Linear` and its normalization modules.
public struct Parameters: Sendable, Equatable {
    /// The parameters of one linear layer and of the normalization that follows it.
    public struct Layer: Sendable, Equatable {
        /// The number of inputs, which is the number of columns of the weight.
        public let inputs: Int
        /// The number of outputs, which is the number of rows of the weight.
        public let outputs: Int
        /// The weight matrix, [outputs, inputs], row-major.
        public var weight: [Float]
        /// The bias, [outputs].
        public var bias: [Float]
        /// The parameters of the normalization of the layer's outputs; `nil` if they are not normalized.
        public var normalization: Normalization?

        /// Creates a layer whose parameters are all zero, without normalization.
        public init(inputs: Int, outputs: Int) {
            self.inputs = inputs
            self.outputs = outputs
            weight = [Float](repeating: 0, count: inputs * outputs)
            bias = [Float](repeating: 0, count: outputs)
        }

        /// Creates a layer from its parts: weight [outputs, inputs] and bias [outputs].
        init(inputs: Int, outputs: Int, weight: [Float], bias: [Float], normalization: Parameters.Normalization?) {
            self.inputs = inputs
            self.outputs = outputs
            self.weight = weight
            self.bias = bias
            self.normalization = normalization
        }
    }

    /// The parameters of one normalization, like those of PyTorch's `BatchNorm1d` or `LayerNorm`.
    public struct Normalization: Sendable, Equatable {
        /// The scale γ, which PyTorch calls `weight`; [outputs].
        public var scale: [Float]
        /// The shift β, which PyTorch calls `bias`; [outputs].
        public var shift: [Float]
        /// The running statistics of batch normalization; `nil` for layer normalization and in an optimizer's state.
        public var running: Running?

        /// Creates the parameters of a normalization from their parts.
        public init(scale: [Float], shift: [Float], running: Running? = nil) {
            self.scale = scale
            self.shift = shift
            self.running = running
        }

        /// The statistics that replace those of the minibatch after training.
        public struct Running: Sendable, Equatable {
            /// The running mean, [outputs].
            public var mean: [Float]
            /// The running unbiased variance, [outputs].
            public var variance: [Float]
            /// The number of minibatches that the statistics cover.
            public var batches: Int

            /// Creates running statistics from their parts.
            public init(mean: [Float], variance: [Float], batches: Int) {
                self.mean = mean
                self.variance = variance
                self.batches = batches
            }
        }
    }

    /// The layers, input side first.
    public var layers: [Layer]

    /// Creates parameters from layers, input side first.
    public init(layers: [Layer]) {
        self.layers = layers
    }

    /// The number of weights and biases, including the scale and shift of each normalization.
    public var count: Int {
        layers.reduce(0) { $0 + $1.weight.count + $1.bias.count + ($1.normalization.map { 2 * $0.scale.count } ?? 0) }
    }
}
