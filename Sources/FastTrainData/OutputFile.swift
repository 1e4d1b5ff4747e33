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
    /// inputs, by whatever path, or one of those that a run or a search is.
    public static func check(_ path: String, reading inputs: [String]) throws(FastTrainError) {
        if let status = try System.status(path) {
            for input in inputs {
                guard let other = try System.status(input), other.isSameFile(as: status) else { continue }
                throw .cannotCreate(path: path, reason: "is what is read (\(input)); choose another name")
            }
        }
        let target = System.resolved(path) ?? path
        let folder = System.resolved(AtomicFile.folder(of: target)) ?? AtomicFile.folder(of: target)
        let name = target.split(separator: "/").last.map(String.init) ?? ""
        let isNamedSo = namesOfRuns.contains(name)
        let isBelow = folder.hasSuffix("/checkpoints")
        let holder = isBelow ? AtomicFile.folder(of: folder) : folder
        if isNamedSo || isBelow, try holdsRun(holder) {
            throw .cannotCreate(path: path, reason: "is one of the files of the run in its folder; choose another name")
        }
        AtomicFile.removeLeftovers(in: folder)
    }

    private static func holdsRun(_ folder: String) throws(FastTrainError) -> Bool {
        for name in ["recipe.json", "search.json"] where try System.status(folder + "/" + name) != nil { return true }
        return false
    }
}
