import ArgumentParser
import FastTrainData
import Glibc
import ProgramSupport

/// `fasttrain-data download mnist|fashion-mnist [--mirror URL] -o FILE`
struct Download: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Downloads MNIST or Fashion-MNIST, and converts it.",
        discussion: """
            The files come from public mirrors, by the program curl; a mirror that fails, or whose file is not the \
            one that was published (by its SHA-256), is passed over for the next. Until all are there they lie in the \
            folder FILE.download: what is interrupted goes on from there.
            """)

    @Argument(help: ArgumentHelp("Which data set.", valueName: "name"))
    var collection: Collection

    @Option(
        help: ArgumentHelp(
            "The address of a folder with the four files (.gz), in place of the usual ones; may be given several times.",
            valueName: "url"))
    var mirror: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        let mirrors = (mirror.isEmpty ? collection.mirrors : mirror).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        let folders = mirrors.filter { $0.hasPrefix("file://") }.map { $0.dropFirst("file://".count) }
        try output.check(reading: folders.flatMap { folder in collection.files.map { "\(folder)\($0.name).gz" } })
        let folder = DownloadFolder(path: output.output + ".download")
        let lock = try folder.make()
        defer {
            folder.removeIfEmpty()
            close(lock)
        }
        for file in collection.files { try folder.fetch(file, from: mirrors) }
        let dataset = try Dataset(mnistFolder: folder.path, classes: collection.classes)
        try dataset.write(to: output.output)
        folder.remove(collection.files)
        try output.report(dataset)
    }
}

/// The folder that contains the files until the download is complete.
private struct DownloadFolder {
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
            reason: "cannot be had from \(mirrors.count == 1 ? "the mirror" : "any of \(mirrors.count) mirrors"); "
                + (reasons.last ?? "none was named"))
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
                return "not the file that was published"
            }
        }
        return "not the file that was published"
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
