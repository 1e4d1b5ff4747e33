extension Training {
    /// Writes `report.html`. Throws the errors of `Model.predict` and of writing files.
    func writeReport(_ outcome: Outcome, in folder: RunFolder) throws(FastTrainError) {
        let report = RunReport(
            dataName: RunReport.shortName(data), model: outcome.model, trainRows: trainRows,
            stepsPerEpoch: stepsPerEpoch, history: outcome.history, bestEpoch: outcome.bestEpoch,
            ending: outcome.ending, seconds: outcome.seconds, test: outcome.test, validation: outcome.validation,
            closeUp: try RunReport.closeUp(of: outcome.model, data, sampling, threads: threads),
            machine: .current(threads: threads, instructionSet: instructionSet))
        try data.checkUnchanged()
        try folder.writeReport(report.html())
    }

    /// Writes the `report.html` of a run again, using its newest intact checkpoint or, without one, its model.
    ///
    /// - Parameters:
    ///   - path: The path of the run folder.
    ///   - data: The data set that the run was started on; `nil` opens the file that `recipe.json` names.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    ///   - warn: A function that receives a warning for each checkpoint that cannot be used.
    /// - Returns: The path of the report.
    /// - Throws: `.noInput` if there is no run or it has saved nothing yet; `.badData` if the data is not that of the
    ///   run; `.folderInUse` if another process owns the folder; `.inputOutput` if writing fails.
    package static func report(
        _ path: String, data: Dataset? = nil, threads: Int? = nil, warn: (String) -> Void = { _ in }
    ) throws(FastTrainError) -> String {
        let folder = try RunFolder.open(path)
        let run = try folder.readRecipe()
        let data = try run.openData(given: data, in: path)
        try OutputFile.expectNoInput(data.name, inRun: path)
        let sampling = try Sampling(recipe: run.recipe, split: data.train, task: data.task)
        let saved = try Self.saved(of: run, in: folder, warn: warn)
        let validationRows = sampling.validationRows
        let report = RunReport(
            dataName: RunReport.shortName(data), model: saved.model, trainRows: sampling.trainRows.count,
            stepsPerEpoch: run.recipe.stepsPerEpoch(rows: sampling.trainRows.count), history: saved.history,
            bestEpoch: saved.bestEpoch, ending: saved.ending,
            seconds: saved.history.last?.seconds ?? 0,
            test: try data.test.map { split throws(FastTrainError) in
                try saved.model.evaluate(split, threads: threads)
            },
            validation: validationRows.isEmpty
                ? nil : try saved.model.evaluate(data.train, rows: validationRows, threads: threads),
            closeUp: try RunReport.closeUp(of: saved.model, data, sampling, threads: threads), machine: nil)
        try data.checkUnchanged()
        try folder.writeReport(report.html())
        return folder.reportPath
    }

    private struct Saved {
        var model: Model
        var history: [EpochRecord]
        var bestEpoch: Int?
        var ending: Outcome.Ending
    }

    /// Returns the results of the run: from its newest intact checkpoint, which a finished run also has, or from the
    /// model alone if the checkpoints were removed.
    private static func saved(
        of run: RunDescription, in folder: RunFolder, warn: (String) -> Void
    ) throws(FastTrainError) -> Saved {
        let finished: Model? = try FileSystem.exists(folder.modelPath) ? try Model(path: folder.modelPath) : nil
        let newest: (checkpoint: Checkpoint, path: String, warnings: [String])?
        do {
            newest = try folder.newestSoundCheckpoint(of: run)
            newest?.warnings.forEach(warn)
        } catch {
            guard finished != nil else { throw error }
            warn("no checkpoint can be used: \(error)")
            newest = nil
        }
        let history = if let newest { newest.checkpoint.state.history } else { try folder.readHistory() }
        guard let model = if let newest { try Model(path: newest.path) } else { finished } else {
            throw .noInput(path: folder.path, reason: "the run has not saved anything to report yet")
        }
        let stopping = EarlyStopping(run.recipe)
        var ending = Outcome.Ending.interrupted
        if history.count >= run.recipe.epochs {
            ending = .epochs
        } else if newest?.checkpoint.state.hasConverged == true {
            ending = .convergence
        } else if let end = stopping.ending(history) {
            ending = end
        } else if let finished, finished.parameters == model.parameters {
            // The run ended before its last epoch and was not resumed.
            ending = .time
        }
        return Saved(model: model, history: history, bestEpoch: stopping.bestEpoch(history), ending: ending)
    }
}
