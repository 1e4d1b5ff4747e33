/// An error of fasttrain: what went wrong, where, what was expected, and what was found.
///
/// `description` is one line for people. `exitCode` is the exit code of the command-line tools.
///
/// Settings and arguments have the names of their Swift properties and parameters, such as `batchSize`. Where a text
/// mentions one, its name is in backticks.
public enum FastTrainError: Error, Sendable, Equatable {
    /// A setting, or an argument of a call, has a value that it cannot have. Exit code 64.
    ///
    /// `name` is the name of the property or parameter. `found` is empty if `expected` says it all.
    case invalidSetting(name: String, expected: String, found: String)
    /// A setting fits neither the data, nor another setting, nor this machine, although its value is in range. Exit
    /// code 64.
    ///
    /// `name` is the name of the property. `reason` is a whole line that explains the conflict.
    case unsuitableSetting(name: String, reason: String)
    /// A call is wrong although no setting is, such as training a run twice. Exit code 64.
    case invalidUse(String)
    /// The content of a file does not match its format, or does not fit its use. Exit code 65.
    case badData(file: String, place: Place, expected: String, found: String)
    /// An input does not exist or cannot be read. Exit code 66.
    case noInput(path: String, reason: String)
    /// An invariant of fasttrain itself does not hold, which is a bug. Exit code 70.
    case internalError(String)
    /// An output cannot be created. Exit code 73.
    case cannotCreate(path: String, reason: String)
    /// A read or write failed partway, for example because the disk is full. Exit code 74.
    case inputOutput(path: String, operation: String, reason: String)
    /// The run folder belongs to another live process. Exit code 75.
    case folderInUse(path: String, holder: Int32?)
    /// The loss or a parameter became NaN or infinite. Exit code 76.
    ///
    /// `step` is 0 if all training runs of a search diverged, rather than one run at a particular step.
    case diverged(epoch: Int, step: Int, what: String, checkpoint: String?)

    /// The position of an error in a file.
    public enum Place: Sendable, Equatable {
        /// The file as a whole.
        case file
        /// A byte offset from the start of the file, or of the decompressed stream if it is a gzip file.
        case byte(UInt64)
        /// A row of a data set, counted from 0.
        case row(Int)
        /// A line of a text file, counted from 1.
        case line(Int)
        /// A tensor or a metadata entry, given by its name.
        case named(String)
    }

    /// The exit code of a command that ends with this error, taken from sysexits.h where it defines one.
    public var exitCode: Int32 {
        switch self {
        case .invalidSetting, .unsuitableSetting, .invalidUse: 64
        case .badData: 65
        case .noInput: 66
        case .internalError: 70
        case .cannotCreate: 73
        case .inputOutput: 74
        case .folderInUse: 75
        case .diverged: 76
        }
    }
}

extension FastTrainError.Place: CustomStringConvertible {
    /// A few words for a message, such as `byte 8` or `row 3`. Empty for the file as a whole.
    public var description: String {
        switch self {
        case .file: ""
        case .byte(let offset): "byte \(offset)"
        case .row(let row): "row \(row)"
        case .line(let line): "line \(line)"
        case .named(let name): "'\(name)'"
        }
    }
}

extension FastTrainError: CustomStringConvertible {
    /// One line for people, without the program's name.
    public var description: String {
        switch self {
        case .invalidSetting(let name, let expected, let found):
            return "\(name): expected \(expected)" + (found.isEmpty ? "" : ", found \(found)")
        case .unsuitableSetting(_, let reason): return reason
        case .invalidUse(let message): return message
        case .badData(let file, let place, let expected, let found):
            let position = place == .file ? "" : ", \(place)"
            return "\(file)\(position.excerpt): expected \(expected.excerpt), found \(found.excerpt)"
        case .noInput(let path, let reason): return "\(path): \(reason)"
        case .internalError(let message): return "internal error: \(message)"
        case .cannotCreate(let path, let reason): return "\(path): cannot create: \(reason)"
        case .inputOutput(let path, let operation, let reason): return "\(path): \(operation) failed: \(reason)"
        case .folderInUse(let path, let holder):
            return "\(path): in use by another fasttrain" + (holder.map { " (process \($0))" } ?? "")
        case .diverged(let epoch, let step, let what, let checkpoint):
            let kept = checkpoint.map { "; the last intact checkpoint is \($0)" } ?? ""
            let place = step > 0 ? " in epoch \(epoch) at step \(step)" : ""
            return "training diverged\(place): \(what)\(kept)"
        }
    }
}

extension String {
    /// The text, truncated for a message, because text from a file can have any length.
    fileprivate var excerpt: String {
        let limit = 2000
        return utf8.count <= limit ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) + "…"
    }
}
