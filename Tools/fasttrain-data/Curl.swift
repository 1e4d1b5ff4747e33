import CProgram
import FastTrainData
import Glibc

/// The system's program curl, which knows proxies and certificates as they are set up here.
enum Curl {
    /// How a transfer ended.
    enum Outcome {
        case done
        /// curl's own words.
        case failed(String)
        /// There is nothing to go on from: the server knows no ranges, or the file is complete.
        case cannotResume
    }

    /// Fetches `url` to the end of the file `path`, going on where that ends. `errors` is a file for curl's words.
    ///
    /// Throws `.noInput` when there is no curl, `.inputOutput` when the file cannot be written.
    static func fetch(_ url: String, to path: String, errors: String) throws(FastTrainError) -> Outcome {
        let arguments = [
            "curl", "--fail", "--location", "--silent", "--show-error", "--stderr", errors, "--continue-at", "-",
            "--connect-timeout", "20", "--speed-limit", "1000", "--speed-time", "30", "--max-filesize", "100000000",
            "--output", path, "--url", url,
        ]
        let resumes = (status(path)?.st_size ?? 0) > 0
        let code = try run(arguments)
        if code == 0 { return .done }
        // 22: an answer of 400 or more, such as 416 for a range behind the end; 33: no ranges; 36: cannot resume.
        if resumes, [22, 33, 36].contains(code) { return .cannotResume }
        let words = (try? String(contentsOf: errors)) ?? ""
        // A write that failed; ended by the signal of a file that may not grow (ulimit -f).
        if code == 23 || code == 128 + SIGXFSZ {
            throw .inputOutput(
                path: path, operation: "write", reason: words.isEmpty ? "curl ended with code \(code)" : words)
        }
        return .failed(words.isEmpty ? "curl ended with code \(code)" : words)
    }

    private static func run(_ arguments: [String]) throws(FastTrainError) -> Int32 {
        let pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var status: Int32 = 0
        let failure = fasttrain_child_run(pointers, &status)
        guard failure == 0 else {
            let missing = failure == ENOENT ? "not found; it does the downloading (Debian: apt-get install curl)" : nil
            throw .noInput(path: "curl", reason: missing ?? String(cString: strerror(failure)))
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// What `path` leads to.
func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
}

extension String {
    /// The last line of a file, without the program's name.
    fileprivate init(contentsOf path: String) throws(FastTrainError) {
        guard let file = fopen(path, "r") else { throw .noInput(path: path, reason: System.reason) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        self =
            text.split(separator: "\n").last.map { $0.hasPrefix("curl: ") ? String($0.dropFirst(6)) : String($0) } ?? ""
    }
}
