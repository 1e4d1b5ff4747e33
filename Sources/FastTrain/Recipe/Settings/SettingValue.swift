/// A type that a setting's value may have: it can be read from and written to JSON, and from and to the text of a
/// command-line option.
package protocol SettingValue: JSONConvertible, Equatable, Sendable {
    /// Creates a value from the text of a command-line option.
    ///
    /// - Parameter optionText: The text as the user typed it.
    /// - Returns: `nil` if the text is no value of this type.
    init?(optionText: String)
    /// The text that `init(optionText:)` reads as this value.
    var optionText: String { get }
    /// The name of the type in the documentation, such as "number".
    static var typeName: String { get }
    /// All texts that `init(optionText:)` accepts, alone or in a list, or an empty array if there are too many to name.
    static var choices: [String] { get }
    /// The word for an empty list of such values on the command line, or `nil` if a list must have elements.
    static var emptyListText: String? { get }
}

extension SettingValue {
    package static var choices: [String] { [] }
    package static var emptyListText: String? { nil }
}

extension Int: SettingValue {
    package init?(optionText: String) { self.init(optionText) }
    package var optionText: String { String(self) }
    package static var typeName: String { "integer" }
    package static var emptyListText: String? { "none" }
}

extension UInt64: SettingValue {
    package init?(optionText: String) { self.init(optionText) }
    package var optionText: String { String(self) }
    package static var typeName: String { "integer" }
}

extension Double: SettingValue {
    package init?(optionText: String) { self.init(optionText) }
    package var optionText: String { Format.setting(self) }
    package static var typeName: String { "number" }
}

extension Bool: SettingValue {
    package init?(optionText: String) { self.init(optionText) }
    package var optionText: String { String(self) }
    package static var typeName: String { "flag" }
}

extension Optional: SettingValue where Wrapped: SettingValue {
    package init?(optionText: String) {
        guard let value = Wrapped(optionText: optionText) else { return nil }
        self = value
    }

    package var optionText: String { self?.optionText ?? "none" }
    package static var typeName: String { Wrapped.typeName }
    package static var choices: [String] { Wrapped.choices }
}

/// A list is written with commas: "256,128".
extension Array: SettingValue where Element: SettingValue {
    package init?(optionText: String) {
        self = []
        if optionText == Element.emptyListText { return }
        for part in optionText.split(separator: ",", omittingEmptySubsequences: false) {
            guard let element = Element(optionText: String(part)) else { return nil }
            append(element)
        }
    }

    package var optionText: String {
        isEmpty ? Element.emptyListText ?? "none" : map(\.optionText).joined(separator: ",")
    }
    package static var typeName: String { "list of \(Element.typeName)s" }
    package static var choices: [String] { Element.choices }
}

/// A choice is written as its name.
extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    package init?(optionText: String) { self.init(rawValue: optionText) }
    package var optionText: String { rawValue }
    package static var typeName: String { "name" }
    package static var choices: [String] { allCases.map(\.rawValue) }
}

extension Activation: SettingValue {}
extension Normalization: SettingValue {}
extension Loss: SettingValue {}
extension Optimizer: SettingValue {}
extension Schedule: SettingValue {}
extension Precision: SettingValue {}
extension Accumulation: SettingValue {}
extension Monitor: SettingValue {}

/// Class weights are written as "balanced", or as a list of numbers.
extension ClassWeight: SettingValue {
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

    package init?(optionText: String) {
        if optionText == "balanced" {
            self = .balanced
        } else if let weights = [Double](optionText: optionText) {
            self = .given(weights)
        } else {
            return nil
        }
    }

    package static var typeName: String { "balanced or list of numbers" }

    package var optionText: String {
        switch self {
        case .balanced: "balanced"
        case .given(let weights): weights.optionText
        }
    }
}
