import Foundation

/// A multilayer perceptron in Double with plain loops: what a person would do by hand, and the oracle of the trainer.
public struct PlainNetwork {
    /// weight[layer][output][input], bias[layer][output]
    public var weight: [[[Double]]]
    /// Of each layer's outputs.
    public var bias: [[Double]]
    /// Its name in a recipe.
    public var activation: String
    /// Its name in a recipe.
    public var loss: String
    /// Of leaky ReLU.
    public var slope = 0.01
    /// What dropout multiplies by: features are layer 0, then come the hidden layers; row, unit.
    public var dropout: (_ layer: Int, _ row: Int, _ unit: Int) -> Double = { _, _, _ in 1 }

    /// "batch" or "layer": of the hidden layers' sums.
    public var normalization = "none"
    /// γ of each hidden layer's normalization.
    public var scale: [[Double]] = []
    /// β of each.
    public var shift: [[Double]] = []

    /// See the properties.
    public init(weight: [[[Double]]], bias: [[Double]], activation: String, loss: String) {
        self.weight = weight
        self.bias = bias
        self.activation = activation
        self.loss = loss
    }

    /// Of the last layer, before softmax, for a minibatch of rows.
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

    /// Mean loss over rows; of classes, a target is one-hot.
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

    /// Of one output, of a loss that is a sum over them.
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
