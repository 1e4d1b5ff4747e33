import Foundation

/// A multilayer perceptron in double precision with plain loops.
///
/// This is the readable reference of the trainer: every formula of the forward pass is here once, in the form of a
/// textbook. Tests compare the trainer's outputs and losses with it, and its gradients with finite differences of it.
public struct PlainNetwork {
    /// The weights: `weight[layer][output][input]`.
    public var weight: [[[Double]]]
    /// The biases: `bias[layer][output]`.
    public var bias: [[Double]]
    /// The activation of the hidden layers, by its name in a recipe.
    public var activation: String
    /// The loss, by its name in a recipe.
    public var loss: String
    /// The slope of leaky ReLU below zero.
    public var slope = 0.01
    /// The factor that dropout applies to a unit's output. Layer 0 is the features; the hidden layers follow.
    public var dropout: (_ layer: Int, _ row: Int, _ unit: Int) -> Double = { _, _, _ in 1 }

    /// The normalization of the hidden layers' sums: `"none"`, `"batch"` or `"layer"`.
    public var normalization = "none"
    /// The factors γ of the normalizations: `scale[layer][output]`.
    public var scale: [[Double]] = []
    /// The offsets β of the normalizations: `shift[layer][output]`.
    public var shift: [[Double]] = []

    /// Creates a network from its parameters, its activation and its loss.
    public init(weight: [[[Double]]], bias: [[Double]], activation: String, loss: String) {
        self.weight = weight
        self.bias = bias
        self.activation = activation
        self.loss = loss
    }

    /// Returns the outputs of the last layer, before softmax.
    ///
    /// - Parameter rows: The features of a minibatch: `rows[row][feature]`.
    /// - Returns: The outputs: `[row][output]`.
    public func outputs(_ rows: [[Double]]) -> [[Double]] {
        var values = dropped(rows, layer: 0)
        for layer in weight.indices {
            values = values.map { row in
                zip(weight[layer], bias[layer]).map { weights, start in
                    zip(weights, row).reduce(start) { $0 + $1.0 * $1.1 }
                }
            }
            guard layer < weight.count - 1 else { break }
            if normalization == "batch" {
                values = transposed(transposed(values).map(normalized))
            } else if normalization == "layer" {
                values = values.map(normalized)
            }
            if normalization != "none" {
                values = values.map { row in row.indices.map { row[$0] * scale[layer][$0] + shift[layer][$0] } }
            }
            values = dropped(values.map { $0.map(activate) }, layer: layer + 1)
        }
        return values
    }

    /// Returns the mean loss over the rows of a minibatch.
    ///
    /// - Parameters:
    ///   - rows: The features: `rows[row][feature]`.
    ///   - targets: The targets: `targets[row][output]`, one-hot for classes.
    public func meanLoss(_ rows: [[Double]], _ targets: [[Double]]) -> Double {
        zip(outputs(rows), targets).reduce(0) { $0 + loss($1.0, $1.1) } / Double(rows.count)
    }

    private func dropped(_ rows: [[Double]], layer: Int) -> [[Double]] {
        rows.enumerated().map { row, values in
            values.enumerated().map { $0.element * dropout(layer, row, $0.offset) }
        }
    }

    private func normalized(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return values.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }

    private func transposed(_ rows: [[Double]]) -> [[Double]] {
        rows[0].indices.map { column in rows.map { $0[column] } }
    }

    private func activate(_ z: Double) -> Double {
        switch activation {
        case "relu": max(z, 0)
        case "leaky-relu": z >= 0 ? z : slope * z
        case "sigmoid": 1 / (1 + exp(-z))
        case "tanh": tanh(z)
        case "elu": z < 0 ? expm1(z) : z
        case "softplus": log1p(exp(z))
        case "gelu": z * 0.5 * erfc(-z / 2.squareRoot())
        case "gelu-tanh": 0.5 * z * (1 + tanh((2 / Double.pi).squareRoot() * (z + 0.044715 * z * z * z)))
        case "silu": z / (1 + exp(-z))
        case "mish": z * tanh(log1p(exp(z)))
        default: z
        }
    }

    /// Returns the loss of one output, for losses that are a sum over the outputs.
    private func loss(_ z: Double, _ y: Double) -> Double {
        switch loss {
        case "binary-cross-entropy": -y * log(1 / (1 + exp(-z))) - (1 - y) * log(1 / (1 + exp(z)))
        case "absolute-error": abs(z - y)
        case "huber": abs(z - y) <= 1 ? (z - y) * (z - y) / 2 : abs(z - y) - 0.5
        case "poisson": exp(z) - y * z
        default: (z - y) * (z - y)
        }
    }

    private func loss(_ outputs: [Double], _ target: [Double]) -> Double {
        if loss != "cross-entropy" { return zip(outputs, target).reduce(0) { $0 + loss($1.0, $1.1) } }
        let top = outputs.max()!
        let total = outputs.reduce(0) { $0 + exp($1 - top) }
        return zip(outputs, target).reduce(0) { $0 + $1.1 * (log(total) + top - $1.0) }
    }
}
