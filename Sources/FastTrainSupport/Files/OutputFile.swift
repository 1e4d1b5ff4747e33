import Platform

/// Checks of an output file whose path the caller of a command chooses.
package enum OutputFile {
    /// The names of the files that make up a run or a search.
    private static let namesOfRuns: Set = [
        "recipe.json", "history.jsonl", "metrics.json", "model.safetensors", "report.html", "lock", "search.json",
        "trials.jsonl",
    ]

    /// Checks that a file can be written, before the work starts, and removes what killed processes left of such files
    /// in its folder.
    ///
    /// - Parameters:
    ///   - path: The file to write.
    ///   - inputs: The files that the command reads.
    /// - Throws: `.cannotCreate` if the path leads to one of the inputs, to a file of a run or search or to something
    ///   other than a regular file, or if its folder does not exist.
    package static func check(_ path: String, reading inputs: [String]) throws(FastTrainError) {
        try expectNoInput(path, among: inputs)
        let target = try AtomicFile.resolve(path).path
        let holding = AtomicFile.folder(of: target)
        guard try System.status(holding)?.isFolder ?? false else {
            throw .cannotCreate(path: path, reason: System.reason(ENOENT))
        }
        let folder = try System.resolved(holding) ?? holding
        let name = target.split(separator: "/").last.map(String.init) ?? ""
        let isNamedSo = namesOfRuns.contains(name)
        let isBelow = folder.hasSuffix("/checkpoints")
        let holder = isBelow ? AtomicFile.folder(of: folder) : folder
        if isNamedSo || isBelow, try holdsRun(holder) {
            throw .cannotCreate(path: path, reason: "is a file of the run in this folder; choose another name")
        }
        AtomicFile.removeLeftovers(in: folder)
    }

    /// Checks, before a run, a search or a report writes to `folder`, that `input` is not one of the files it replaces.
    ///
    /// - Throws: `.cannotCreate` if it is.
    package static func expectNoInput(_ input: String, inRun folder: String) throws(FastTrainError) {
        for name in namesOfRuns.sorted() { try expectNoInput(folder + "/" + name, among: [input]) }
    }

    /// Throws `.cannotCreate` if `path` leads to one of the inputs.
    private static func expectNoInput(_ path: String, among inputs: [String]) throws(FastTrainError) {
        guard let status = try System.status(path) else { return }
        for input in inputs {
            guard let other = try System.status(input), other.isSameFile(as: status) else { continue }
            throw .cannotCreate(path: path, reason: "is also an input (\(input)); choose another name")
        }
    }

    private static func holdsRun(_ folder: String) throws(FastTrainError) -> Bool {
        for name in ["recipe.json", "search.json"] where try System.status(folder + "/" + name) != nil { return true }
        return false
    }
}
