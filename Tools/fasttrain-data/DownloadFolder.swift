import FastTrainData
import Platform
import ProgramSupport

/// The folder that contains the files until the download is complete.
struct DownloadFolder {
    let path: String

    /// Creates the folder if needed and locks it.
    ///
    /// - Returns: A descriptor that holds the lock until it is closed.
    /// - Throws: `.cannotCreate` if the folder cannot be created, `.folderInUse` if another process has the lock.
    func make() throws(FastTrainError) -> Int32 {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw System.creationFailure(path, by: "mkdir") }
        let descriptor = System.openFolder(path)
        guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: System.reason) }
        guard System.lock(descriptor) != .held else {
            close(descriptor)
            throw .folderInUse(path: path, holder: nil)
        }
        return descriptor
    }

    /// Downloads a file and verifies it, unless it already exists. Throws `.noInput` if no mirror has it.
    func fetch(_ file: Collection.File, from mirrors: [String]) throws(FastTrainError) {
        let target = "\(path)/\(file.name).gz"
        if isSound(target, file) { return }
        var reasons: [String] = []
        for mirror in mirrors {
            let url = "\(mirror)\(file.name).gz"
            Console.note("\(url)\n")
            // Mirrors compress files differently, so a partial download can be continued only from the same mirror.
            let part = "\(target).\(Self.mark(mirror)).part"
            if let reason = try fetch(url, to: part, file) {
                reasons.append("\(url): \(reason)")
                Console.note("  \(reason)\n")
            } else {
                guard rename(part, target) == 0 else {
                    throw .inputOutput(path: target, operation: "rename", reason: System.reason)
                }
                return
            }
        }
        throw .noInput(
            path: file.name,
            reason:
                "could not be downloaded from \(mirrors.count == 1 ? "the mirror" : "any of \(mirrors.count) mirrors"): "
                + (reasons.last ?? "no mirror was given"))
    }

    /// Downloads a file from one mirror. Returns `nil` if it is the published file, or else the reason why not.
    private func fetch(_ url: String, to part: String, _ file: Collection.File) throws(FastTrainError) -> String? {
        let errors = "\(path)/errors"
        defer { unlink(errors) }
        for isSecond in [false, true] {
            let begun = status(part)?.st_size ?? 0
            switch try Curl.fetch(url, to: part, errors: errors) {
            case .failed(let reason): return reason
            case .done, .cannotResume:
                if isSound(part, file) { return nil }
                unlink(part)
                // The part from an earlier run may be at fault, so try once more without it.
                if begun > 0, !isSecond { continue }
                return "not the published file"
            }
        }
        return "not the published file"
    }

    private func isSound(_ path: String, _ file: Collection.File) -> Bool {
        (try? SHA256.unpacked(path: path)) == file.digest
    }

    private static func mark(_ mirror: String) -> String {
        var hash = XXH64()
        hash.update(mirror)
        return String(hash.value, radix: 16)
    }

    /// Removes the files, complete or partial.
    func remove(_ files: [Collection.File]) {
        for name in (try? System.names(in: path)) ?? []
        where files.contains(where: { name.hasPrefix($0.name + ".gz") }) {
            unlink("\(path)/\(name)")
        }
    }

    /// Removes the folder if it is empty. Partial downloads stay for the next attempt.
    func removeIfEmpty() { rmdir(path) }
}
