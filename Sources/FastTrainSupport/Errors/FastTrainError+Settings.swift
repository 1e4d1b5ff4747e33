extension FastTrainError {
    /// Whether a setting or a call is at fault, rather than a file or the machine.
    package var isUsage: Bool {
        switch self {
        case .invalidSetting, .unsuitableSetting, .invalidUse: true
        default: false
        }
    }

    /// Returns the error with a context, such as the trial of a search that has the setting, before its line. Errors
    /// of other kinds are returned unchanged.
    package func within(_ context: String) -> FastTrainError {
        switch self {
        case .invalidSetting(let name, let expected, let found):
            let fault = FastTrainError.invalidSetting(name: "`\(name)`", expected: expected, found: found)
            return .unsuitableSetting(name: name, reason: "\(context): \(fault)")
        case .unsuitableSetting(let name, let reason):
            return .unsuitableSetting(name: name, reason: "\(context): \(reason)")
        case .invalidUse(let message): return .invalidUse("\(context): \(message)")
        default: return self
        }
    }

    /// Returns the error in the words of a command line.
    ///
    /// - Parameter options: The option for each name of a setting. Names of other settings stay as they are.
    package func naming(_ options: [String: String]) -> FastTrainError {
        func text(_ text: String) -> String { text.replacingQuotedNames(by: options) }
        switch self {
        case .invalidSetting(let name, let expected, let found):
            return .invalidSetting(name: options[name] ?? name, expected: text(expected), found: text(found))
        case .unsuitableSetting(let name, let reason):
            return .unsuitableSetting(name: options[name] ?? name, reason: text(reason))
        case .invalidUse(let message): return .invalidUse(text(message))
        case .badData(let file, let place, let expected, let found):
            return .badData(file: file, place: place, expected: text(expected), found: text(found))
        case .cannotCreate(let path, let reason): return .cannotCreate(path: path, reason: text(reason))
        default: return self
        }
    }
}

extension String {
    /// The text with each `name` in backticks that is a key replaced by its value. Everything else stays as it is.
    fileprivate func replacingQuotedNames(by values: [String: String]) -> String {
        var parts = split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 2 else { return self }
        var result = parts.removeFirst()
        // Whether the backtick before the next part is already used up as the end of a name.
        var isAfterName = false
        for (index, part) in parts.enumerated() {
            if !isAfterName, index < parts.count - 1, let value = values[part] {
                result += value
                isAfterName = true
            } else {
                result += isAfterName ? part : "`" + part
                isAfterName = false
            }
        }
        return result
    }
}
