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
