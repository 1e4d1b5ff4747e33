import Glibc

/// Where a command writes a file that its caller names.
public enum OutputFile {
    /// What a run or a search is, in its folder.
    private static let namesOfRuns: Set = [
        "recipe.json", "history.jsonl", "metrics.json", "model.safetensors", "report.html", "lock", "search.json",
        "trials.jsonl",
    ]

    /// To be called before the work is done. `inputs`: files that the command reads, those that there are.
    ///
    /// Removes what killed processes left of such files in the folder. Throws `.cannotCreate` when the file is one of the
    /// inputs, by whatever path, one of those that a run or a search is, or no file, and when there is no such folder.
    public static func check(_ path: String, reading inputs: [String]) throws(FastTrainError) {
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
            throw .cannotCreate(path: path, reason: "is one of the files of the run in its folder; choose another name")
        }
        AtomicFile.removeLeftovers(in: folder)
    }

    /// To be called before a run, a search or a report of one writes to its folder. Throws `.cannotCreate` when `input` is
    /// one of the files that it is.
    package static func expectNoInput(_ input: String, inRun folder: String) throws(FastTrainError) {
        for name in namesOfRuns.sorted() { try expectNoInput(folder + "/" + name, among: [input]) }
    }

    /// Throws `.cannotCreate` when what is to be written is one of the inputs, by whatever path.
    private static func expectNoInput(_ path: String, among inputs: [String]) throws(FastTrainError) {
        guard let status = try System.status(path) else { return }
        for input in inputs {
            guard let other = try System.status(input), other.isSameFile(as: status) else { continue }
            throw .cannotCreate(path: path, reason: "is what is read (\(input)); choose another name")
        }
    }

    private static func holdsRun(_ folder: String) throws(FastTrainError) -> Bool {
        for name in ["recipe.json", "search.json"] where try System.status(folder + "/" + name) != nil { return true }
        return false
    }
}
