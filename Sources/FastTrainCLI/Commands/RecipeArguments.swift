import ArgumentParser
import FastTrain

/// The numbers between the commas; nil if one of them is none.
func commaSeparated<Number: LosslessStringConvertible>(_ argument: String) -> [Number]? {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Number(String($0)) }
    return numbers.count == parts.count ? numbers : nil
}

/// "256,128" on the command line.
struct HiddenLayers: ExpressibleByArgument, Equatable {
    var widths: [Int]

    init(widths: [Int]) { self.widths = widths }

    init?(argument: String) {
        if argument == "none" {
            widths = []
            return
        }
        guard let list: [Int] = commaSeparated(argument) else { return nil }
        widths = list
    }

    var defaultValueDescription: String { widths.isEmpty ? "none" : widths.map(String.init).joined(separator: ",") }
}

/// "0.2" or "0.2,0.5" on the command line.
struct Rates: ExpressibleByArgument {
    var values: [Double]

    init(values: [Double]) { self.values = values }

    init?(argument: String) {
        guard let list: [Double] = commaSeparated(argument) else { return nil }
        values = list
    }

    var defaultValueDescription: String { values.isEmpty ? "0" : values.map(Format.setting).joined(separator: ",") }
}

/// "relu" or "relu,tanh" on the command line.
struct Activations: ExpressibleByArgument {
    var values: [Activation]

    init(values: [Activation]) { self.values = values }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        values = names.compactMap(Activation.init)
        guard values.count == names.count else { return nil }
    }

    var defaultValueDescription: String { values.map(\.rawValue).joined(separator: ",") }
}

/// "balanced" or "1,2.5" on the command line.
extension ClassWeight: ExpressibleByArgument {
    /// nil if it is neither.
    public init?(argument: String) {
        if argument == "balanced" {
            self = .balanced
        } else if let weights: [Double] = commaSeparated(argument) {
            self = .given(weights)
        } else {
            return nil
        }
    }
}

extension Normalization: ExpressibleByArgument {}
extension Loss: ExpressibleByArgument {}
extension Optimizer: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Monitor: ExpressibleByArgument {}
