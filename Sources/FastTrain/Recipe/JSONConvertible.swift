/// A recipe's choices stand in files by their names.
extension Activation: JSONConvertible {}
extension Normalization: JSONConvertible {}
extension Loss: JSONConvertible {}
extension Optimizer: JSONConvertible {}
extension Schedule: JSONConvertible {}
extension Precision: JSONConvertible {}
extension Monitor: JSONConvertible {}

/// "balanced", or a list of numbers.
extension ClassWeight: JSONConvertible {
    package init?(json: JSON) {
        if json == .string("balanced") {
            self = .balanced
        } else if let weights = [Double](json: json) {
            self = .given(weights)
        } else {
            return nil
        }
    }

    package var json: JSON {
        switch self {
        case .balanced: .string("balanced")
        case .given(let weights): weights.json
        }
    }

    package static var expectation: String { "\"balanced\", or a list of numbers" }
}
