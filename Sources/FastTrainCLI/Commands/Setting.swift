import ArgumentParser

/// An option with a default, of which is known whether it was given: only then does it override a configuration file.
struct Setting<Value: ExpressibleByArgument>: ExpressibleByArgument {
    /// nil unless it was given.
    let given: Value?
    private let standard: Value?

    /// `standard`: the default, for the help.
    init(_ standard: Value) {
        given = nil
        self.standard = standard
    }

    init?(argument: String) {
        guard let value = Value(argument: argument) else { return nil }
        given = value
        standard = nil
    }

    var defaultValueDescription: String { standard?.defaultValueDescription ?? "" }
    static var allValueStrings: [String] { Value.allValueStrings }
}
