/// Everything that can go wrong in fasttrain, as one type: what, where, what was expected, what was found.
///
/// `description` is one line for a person; `exitCode` is what the command-line tools return.
public enum FastTrainError: Error, Sendable, Equatable {
    /// A setting that is out of its range or does not fit another. Exit code 64.
    case usage(String)
    /// A file whose content is not what its format, or its use here, asks for. Exit code 65.
    case badData(file: String, place: Place, expected: String, found: String)
    /// An input that does not exist or may not be read. Exit code 66.
    case noInput(path: String, reason: String)
    /// A broken promise inside fasttrain itself. Exit code 70.
    case internalError(String)
    /// An output that cannot be created. Exit code 73.
    case cannotCreate(path: String, reason: String)
    /// A read or a write that failed half-way, a full disk included. Exit code 74.
    case inputOutput(path: String, operation: String, reason: String)
    /// The run folder belongs to another live process. Exit code 75.
    case folderInUse(path: String, holder: Int32?)
    /// The loss or a parameter became NaN or infinite. `step` 0: in no one step, but in all trainings of a search. Exit code
    /// 76.
    case diverged(epoch: Int, step: Int, what: String, checkpoint: String?)

    /// Where in a file the fault lies.
    public enum Place: Sendable, Equatable {
        /// The file as a whole.
        case file
        /// A byte offset from the start of the file (of the unpacked stream, for a gzip file).
        case byte(UInt64)
        /// A row of a data set, from 0.
        case row(Int)
        /// A line of a text file, from 1.
        case line(Int)
        /// A tensor or a metadata entry, by name.
        case named(String)
    }

    /// The exit code of a command that ends with this error (sysexits.h where it has one).
    public var exitCode: Int32 {
        switch self {
        case .usage: 64
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
    /// A few words for a message: `byte 8`, `row 3`; empty for the file as a whole.
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
    /// One line for a person, without the program's name.
    public var description: String {
        switch self {
        case .usage(let message): return message
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
            let kept = checkpoint.map { "; the last sound checkpoint is \($0)" } ?? ""
            let place = step > 0 ? " in epoch \(epoch) at step \(step)" : ""
            return "training diverged\(place): \(what)\(kept)"
        }
    }
}

extension String {
    /// The text for a message: what a file holds may be of any length, a message may not.
    fileprivate var excerpt: String {
        let most = 2000
        return utf8.count <= most ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(most))) + "…"
    }
}
