import Platform

extension RunFolder {
    /// The number of checkpoints to keep. If the newest one is damaged, two older ones remain.
    static let keptCheckpoints = 3

    /// The path of the folder of checkpoints, which is created with the first checkpoint.
    package var checkpointsPath: String { Self.checkpointsPath(in: path) }

    private static func checkpointsPath(in folder: String) -> String { folder + "/checkpoints" }

    /// Returns the path of the checkpoint of a step: `checkpoints/step-<10 digits>.safetensors`.
    package func checkpointPath(step: Int) -> String { Self.checkpointPath(in: path, step: step) }

    static func checkpointPath(in folder: String, step: Int) -> String {
        checkpointsPath(in: folder) + "/" + name(ofStep: step)
    }

    /// Writes a checkpoint and, once it is on the storage device, removes all but the newest 3 up to its step.
    ///
    /// Checkpoints of later steps, left by a run that was resumed from an earlier one, stay until they are overwritten.
    ///
    /// - Returns: The checkpoint's path.
    /// - Throws: Any error of `Checkpoint.save(to:)`. All earlier checkpoints are then still there.
    package func save(_ checkpoint: Checkpoint) throws(FastTrainError) -> String {
        let step = checkpoint.state.step
        let path = checkpointPath(step: step)
        try lock.expectOwned()
        if try !FileSystem.isFolder(checkpointsPath) {
            try FileSystem.makeFolder(checkpointsPath)
            try lock.expectOwned()
        }
        try checkpoint.save(to: path, text(of: checkpoint.state.history))
        removeOldCheckpoints(upTo: step)
        return path
    }

    /// Removes all but the newest 3 checkpoints up to a step, which is saved. A file that cannot be removed only takes up
    /// space.
    func removeOldCheckpoints(upTo step: Int) {
        let old = (try? checkpoints())?.filter { $0.step <= step }.dropFirst(Self.keptCheckpoints) ?? []
        for checkpoint in old { unlink(checkpoint.path) }
    }

    /// Returns the newest intact checkpoint of this run, with a warning for each newer one that was skipped.
    ///
    /// A checkpoint belongs to the run if its data and its recipe, except the number of epochs, are those of
    /// `recipe.json`. Each warning names a skipped file and the reason. No file is deleted.
    ///
    /// - Returns: The checkpoint, its path and the warnings, or `nil` if the run has not saved a checkpoint yet.
    /// - Throws: `.badData` if there are checkpoints but none can be used, and any error of `readRecipe()`.
    package func newestSoundCheckpoint() throws(FastTrainError) -> (
        checkpoint: Checkpoint, path: String, warnings: [String]
    )? {
        try newestSoundCheckpoint(of: readRecipe())
    }

    /// Returns the newest intact checkpoint as `newestSoundCheckpoint()` does.
    ///
    /// - Parameter run: The content of `recipe.json`; the number of epochs may differ.
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
            file: checkpointsPath, place: .file, expected: "an intact checkpoint of this run",
            found: "\(Format.count(faults.count, "unusable checkpoint")) (newest: \(newest))")
    }

    /// Returns the steps and paths of all files that are named like checkpoints, newest first.
    func checkpoints() throws(FastTrainError) -> [(step: Int, path: String)] {
        try System.names(in: checkpointsPath)
            .compactMap { name in Self.step(ofName: name).map { (step: $0, path: checkpointsPath + "/" + name) } }
            .sorted { $0.step > $1.step }
    }

    private static func name(ofStep step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".safetensors"
    }

    /// Returns the step in the name of a checkpoint, or `nil` if `name` is not such a name.
    private static func step(ofName name: String) -> Int? {
        guard name.hasPrefix("step-"), name.hasSuffix(".safetensors"),
            let step = Int(name.dropFirst("step-".count).dropLast(".safetensors".count)), step >= 0,
            self.name(ofStep: step) == name
        else { return nil }
        return step
    }
}

extension Checkpoint {
    /// Throws `.badData` unless this is the checkpoint of the given step of the given run.
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
        // Only the number of epochs may change when a run is resumed.
        if let difference = run.recipe.differences(from: recipe).first(where: { $0.field != "epochs" }) {
            throw fault("recipe.\(difference.field)", "\(difference.mine), as in recipe.json", difference.theirs)
        }
    }
}
