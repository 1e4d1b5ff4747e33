/// The result of an estimator's training: scikit-learn's fitted attributes and the state needed to continue training.
///
/// All public properties are also available on the estimator itself, such as `classifier.lossCurve`.
public struct MLPFitted: Sendable, Equatable {
    /// The trained network and the state of training; `nil` before training.
    var network: Trained?
    /// The loss of each epoch since the weights were new, across all fits.
    ///
    /// It is the mean over rows plus the L2 penalty. Each row's loss is computed with the weights before its
    /// minibatch's update.
    public internal(set) var lossCurve: [Double] = []
    /// The accuracy or R² on the validation rows after each epoch; empty without `earlyStopping`.
    public internal(set) var validationScores: [Double] = []
    /// The number of epochs, or of L-BFGS iterations, in the last fit.
    public internal(set) var nIter = 0
    /// The number of rows trained over all epochs, which scikit-learn calls `t_`.
    public internal(set) var t = 0
    /// Whether the last fit ended by itself and not because it reached `maxIter`.
    public internal(set) var isConverged = false
    /// The loss of the last epoch; `nil` before training.
    public internal(set) var loss: Double?
    /// The lowest loss in `lossCurve`; `nil` with `earlyStopping`.
    public internal(set) var bestLoss: Double?
    /// The highest score in `validationScores`. The weights of that epoch were kept. `nil` without `earlyStopping`.
    public internal(set) var bestValidationScore: Double?

    /// The weights and the state that training continues from.
    struct Trained: Sendable, Equatable {
        /// The equivalent recipe for a run of the program.
        var recipe: Recipe
        var parameters: Parameters
        /// The optimizer's state, under the names in `Recipe.optimizerState`.
        var memories: [String: Parameters] = [:]
        /// The learning rate that the momentum buffer is scaled by.
        var memoryRate: Double
        /// The number of minibatches since the weights were new, which is Adam's t.
        var steps = 0
        /// The number of epochs since the weights were new. Each epoch has its own order of rows.
        var epochs = 0
        /// The learning rate of the next epoch.
        var learningRate: Double
        /// The number of consecutive epochs without improvement, and the best value so far.
        var tolerance: Tolerance
    }

    init() {}

    /// The weights of each layer, [inputs, outputs]; empty before training.
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

    /// The biases of each layer, [outputs]; empty before training.
    public var intercepts: [[Float]] { (network?.parameters.layers ?? []).map(\.bias) }

    /// The number of layers, including the input and output layers; 0 before training.
    public var nLayers: Int { network.map { $0.parameters.layers.count + 1 } ?? 0 }

    /// The number of outputs of the network; 0 before training.
    public var nOutputs: Int { network?.parameters.layers.last?.outputs ?? 0 }

    /// The number of features of a row; 0 before training.
    public var nFeaturesIn: Int { network?.parameters.layers.first?.inputs ?? 0 }
}
