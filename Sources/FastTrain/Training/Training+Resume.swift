extension Training {
    /// Resumes the run in a folder from its newest intact checkpoint, or from the start if it has saved none.
    ///
    /// - Parameters:
    ///   - path: The path of the run folder.
    ///   - epochs: A new total number of epochs, which the cosine and one-cycle schedules follow from here on; `nil`
    ///     keeps the number.
    ///   - threads: The number of threads; `nil` means one for each usable CPU, but no more than a step has work for.
    ///   - data: The data set that the run was started on; `nil` opens the file that `recipe.json` names.
    ///   - dataPath: The current path of the data set file, to be recorded in `recipe.json`; `nil` keeps the path.
    ///   - maxTime: The time limit of this session in seconds; see `RunOptions.maxTime`.
    ///   - tensorBoard: The folder for event files; see `RunOptions.tensorBoard`. It may already hold this run's
    ///     events.
    /// - Throws: `.noInput` if there is no run; `.badData` if the data is not that of the run or no checkpoint is
    ///   intact; `.folderInUse` if another process owns the folder; `.invalidSetting` if an argument is out of range.
    public static func resume(
        _ path: String, epochs: Int? = nil, threads: Int? = nil, data: Dataset? = nil, dataPath: String? = nil,
        maxTime: Double? = nil, tensorBoard: String? = nil
    ) throws(FastTrainError) -> Training {
        let folder = try RunFolder.open(path)
        var run = try folder.readRecipe()
        let data = try run.openData(given: data, in: path)
        try OutputFile.expectNoInput(data.name, inRun: path)
        if let epochs { run.recipe.epochs = epochs }
        let setup = try Setup(
            recipe: try run.recipe.resolved(for: data), data: data, threads: threads, maxTime: maxTime, isSaved: true)
        let newest = try folder.newestSoundCheckpoint(of: run)
        if let newest { try newest.checkpoint.expectDescription(of: data, path: newest.path) }
        if newest == nil && run.isFromParameters {
            throw .badData(
                file: folder.checkpointPath(step: 0), place: .file,
                expected: "the parameters that the run started from", found: "no checkpoint")
        }
        if newest == nil { try folder.expectNothingDone() }
        let start = newest?.checkpoint.state
        if let newest, let start { try setup.checkStart(start, newest.path) }
        var warnings = newest?.warnings ?? []
        if epochs != nil, let start, let ending = EarlyStopping(setup.recipe).ending(start.history) {
            let what = ending == .patience ? "patience" : "tolerance"
            warnings.append("more epochs have no effect: the run's \(what) ended it after epoch \(start.history.count)")
        }
        let training = Training(
            setup, folder: folder, checkpointEvery: run.checkpointEvery, initial: nil, start: start, warnings: warnings,
            tensorBoard: try tensorBoard.map { path throws(FastTrainError) in
                try TensorBoardLog(path, isResumed: true)
            })
        if let dataPath { run.data = FileSystem.absolute(dataPath) }
        if epochs != nil || dataPath != nil { try folder.writeRecipe(run) }
        return training
    }

}

extension Training.Setup {
    /// Throws unless a run can continue from a state.
    ///
    /// - Parameters:
    ///   - start: The state.
    ///   - checkpoint: The path of the file that it is from.
    fileprivate func checkStart(_ start: TrainingState, _ checkpoint: String) throws(FastTrainError) {
        let stepsPerEpoch = recipe.stepsPerEpoch(rows: sampling.trainRows.count)
        let finished = start.history.count
        guard (finished * stepsPerEpoch..<(finished + 1) * stepsPerEpoch).contains(start.step) else {
            throw .badData(
                file: checkpoint, place: .named("step"),
                expected: "\(finished * stepsPerEpoch) to \((finished + 1) * stepsPerEpoch - 1) with \(finished) "
                    + "finished epochs of \(Format.count(stepsPerEpoch, "step"))", found: "\(start.step)")
        }
        guard start.step <= stepsPerEpoch * recipe.epochs else {
            let begun = (start.step + stepsPerEpoch - 1) / stepsPerEpoch
            throw .invalidSetting(
                name: "epochs", expected: "at least \(begun), the number of epochs already started",
                found: "\(recipe.epochs)")
        }
    }
}
