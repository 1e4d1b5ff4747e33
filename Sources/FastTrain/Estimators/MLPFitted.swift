/// What an estimator's training has come to: scikit-learn's fitted attributes, and what it takes to go on.
///
/// All of them can be read from the estimator itself, such as `classifier.lossCurve`.
public struct MLPFitted: Sendable, Equatable {
    /// nil before training.
    var network: Trained?
    /// Loss of each epoch, of all fits since the weights were new: the mean over the rows, each at the weights that its
    /// minibatch met, with the L2 penalty.
    public internal(set) var lossCurve: [Double] = []
    /// Accuracy, or R², on the rows held out after each epoch; empty without `earlyStopping`.
    public internal(set) var validationScores: [Double] = []
    /// Epochs (of lbfgs iterations) of the last fit.
    public internal(set) var nIter = 0
    /// Rows trained in all epochs: scikit-learn's `t_`.
    public internal(set) var t = 0
    /// Whether the last fit ended by itself, rather than after `maxIter` epochs.
    public internal(set) var isConverged = false
    /// Of the last epoch; nil before training.
    public internal(set) var loss: Double?
    /// The lowest of `lossCurve`; nil with `earlyStopping`.
    public internal(set) var bestLoss: Double?
    /// The highest of `validationScores`, whose epoch's weights were kept; nil without `earlyStopping`.
    public internal(set) var bestValidationScore: Double?

    /// The weights and all that training needs of the past.
    struct Trained: Sendable, Equatable {
        /// What a run of the program would have been told.
        var recipe: Recipe
        var parameters: Parameters
        /// By their names in `Recipe.optimizerState`.
        var memories: [String: Parameters] = [:]
        /// The rate that momentum is a multiple of.
        var memoryRate: Double
        /// Minibatches since the weights were new: Adam's t.
        var steps = 0
        /// Likewise; each epoch has an order of its own.
        var epochs = 0
        /// Of the next epoch.
        var learningRate: Double
        /// Epochs in a row that were no better.
        var tolerance: Tolerance
    }

    init() {}

    /// Weights of each layer, [inputs, outputs]; empty before training.
    public var coefs: [Matrix] {
        (network?.parameters.layers ?? []).map { layer in
            var values = [Float](repeating: 0, count: layer.weight.count)
            for output in 0..<layer.outputs {
                for input in 0..<layer.inputs {
                    values[input * layer.outputs + output] = layer.weight[output * layer.inputs + input]
                }
            }
            return Matrix(values, rows: layer.inputs, columns: layer.outputs)
        }
    }

    /// Biases of each layer, [outputs]; empty before training.
    public var intercepts: [[Float]] { (network?.parameters.layers ?? []).map(\.bias) }

    /// Layers, those of features and outputs included; 0 before training.
    public var nLayers: Int { network.map { $0.parameters.layers.count + 1 } ?? 0 }

    /// Outputs of the network; 0 before training.
    public var nOutputs: Int { network?.parameters.layers.last?.outputs ?? 0 }

    /// Features of a row; 0 before training.
    public var nFeaturesIn: Int { network?.parameters.layers.first?.inputs ?? 0 }
}
