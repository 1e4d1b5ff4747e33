import Glibc

extension RunFolder {
    /// How many checkpoints are kept: should the newest be damaged, there are two more to go back to.
    static let keptCheckpoints = 3

    /// The folder of the checkpoints, made with the first.
    public var checkpointsPath: String { path + "/checkpoints" }

    /// Where the checkpoint of a step is: `checkpoints/step-<10 digits>.safetensors`.
    public func checkpointPath(step: Int) -> String { checkpointsPath + "/" + Self.name(ofStep: step) }

    /// Writes a checkpoint and, once it is on the storage device, removes all but the newest 3 up to its step. Files of
    /// later steps, left by a run that was resumed from before them, stay until they are written anew.
    ///
    /// Returns the checkpoint's path. Throws as `Checkpoint.save` does; then those from before are all still there.
    public func save(_ checkpoint: Checkpoint) throws(FastTrainError) -> String {
        let step = checkpoint.state.step
        let path = checkpointPath(step: step)
        try lock.expectOwned()
        if try !FileSystem.isFolder(checkpointsPath) {
            try FileSystem.makeFolder(checkpointsPath)
            try lock.expectOwned()
        }
        try checkpoint.save(to: path, text(of: checkpoint.state.history))
        // Best effort: a file that cannot be removed takes space, no more.
        let old = (try? checkpoints())?.filter { $0.step <= step }.dropFirst(Self.keptCheckpoints) ?? []
        for checkpoint in old { unlink(checkpoint.path) }
        return path
    }

    /// The newest checkpoint that is whole and of this run (`recipe.json`: its recipe, but for the number of epochs, and
    /// its data), with a warning for each newer one that is not, which names it and why. Deletes nothing.
    ///
    /// nil when the run has saved none yet. Throws `.badData` when none of those it has can be used, and as `readRecipe`.
    public func newestSoundCheckpoint() throws(FastTrainError) -> (
        checkpoint: Checkpoint, path: String, warnings: [String]
    )? {
        try newestSoundCheckpoint(of: readRecipe())
    }

    /// The same; `run`: what `readRecipe` gave, but for the number of epochs.
    func newestSoundCheckpoint(of run: RunDescription) throws(FastTrainError) -> (
        checkpoint: Checkpoint, path: String, warnings: [String]
    )? {
        var faults: [FastTrainError] = []
        for (step, path) in try checkpoints() {
            do {
                let checkpoint = try Checkpoint(path: path)
                try checkpoint.expect(run, step: step, file: path)
                return (checkpoint, path, faults.map { "checkpoint skipped: \($0)" })
            } catch {
                faults.append(error)
            }
        }
        guard let newest = faults.first else { return nil }
        throw .badData(
            file: checkpointsPath, place: .file, expected: "a sound checkpoint of this run",
            found: "\(faults.count) that cannot be used (newest: \(newest))")
    }

    /// All checkpoints by their names, newest first.
    func checkpoints() throws(FastTrainError) -> [(step: Int, path: String)] {
        try System.names(in: checkpointsPath)
            .compactMap { name in Self.step(ofName: name).map { (step: $0, path: checkpointsPath + "/" + name) } }
            .sorted { $0.step > $1.step }
    }

    private static func name(ofStep step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".safetensors"
    }

    /// nil unless `name` is the name of a checkpoint.
    private static func step(ofName name: String) -> Int? {
        guard name.hasPrefix("step-"), name.hasSuffix(".safetensors"),
            let step = Int(name.dropFirst("step-".count).dropLast(".safetensors".count)), step >= 0,
            self.name(ofStep: step) == name
        else { return nil }
        return step
    }
}

extension Checkpoint {
    /// Throws `.badData` unless this is the checkpoint of that step in that run.
    fileprivate func expect(_ run: RunDescription, step: Int, file: String) throws(FastTrainError) {
        func fault(_ entry: String, _ expected: String, _ found: String) -> FastTrainError {
            .badData(file: file, place: .named(entry), expected: expected, found: found)
        }
        guard state.step == step else {
            throw fault("step", "\(step), as in the file's name", "\(state.step)")
        }
        guard fingerprint == run.fingerprint else {
            throw fault("fingerprint", "\(run.fingerprint), as in recipe.json", fingerprint)
        }
        // Only the number of epochs can be changed when a run is resumed.
        if let difference = run.recipe.differences(from: recipe).first(where: { $0.field != "epochs" }) {
            throw fault("recipe.\(difference.field)", "\(difference.mine), as in recipe.json", difference.theirs)
        }
    }
}
