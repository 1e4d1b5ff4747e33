import CProgram
import FastTrainData
import Platform

/// The curl program of the system, which knows the proxies and certificates configured there.
enum Curl {
    /// The result of a transfer.
    enum Outcome {
        case done
        /// The transfer failed, with curl's error message.
        case failed(String)
        /// The transfer cannot continue: the server does not support ranges, or the file is complete.
        case cannotResume
    }

    /// Downloads `url` to the file `path`, continuing where the file ends.
    ///
    /// - Parameters:
    ///   - url: The URL to download.
    ///   - path: The file to append to.
    ///   - errors: A file for curl's error messages.
    /// - Throws: `.noInput` if curl is not installed, `.inputOutput` if the file cannot be written.
    static func fetch(_ url: String, to path: String, errors: String) throws(FastTrainError) -> Outcome {
        let arguments = [
            "curl", "--fail", "--location", "--silent", "--show-error", "--stderr", errors, "--continue-at", "-",
            "--connect-timeout", "20", "--speed-limit", "1000", "--speed-time", "30", "--max-filesize", "100000000",
            "--output", path, "--url", url,
        ]
        let resumes = (status(path)?.st_size ?? 0) > 0
        let code = try run(arguments)
        if code == 0 { return .done }
        // 22: an HTTP status of 400 or more, such as 416 for a range beyond the end; 33: no ranges; 36: cannot resume.
        if resumes, [22, 33, 36].contains(code) { return .cannotResume }
        let words = (try? String(contentsOf: errors)) ?? ""
        // A failed write, or the signal for a file that exceeds the size limit (ulimit -f).
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
        let failure = ft_child_run(pointers, &status)
        guard failure == 0 else {
            let missing =
                failure == ENOENT ? "not found; it is required for downloads (Debian: apt-get install curl)" : nil
            throw .noInput(path: "curl", reason: missing ?? String(cString: strerror(failure)))
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// Returns the status of the file at `path`, or `nil` if there is none.
func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
}

extension String {
    /// Reads the last line of a file, without the program's name.
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
