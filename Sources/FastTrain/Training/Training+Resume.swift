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
        try resume(
            path, epochs: epochs, threads: threads, data: data, dataPath: dataPath, maxTime: maxTime,
            tensorBoard: tensorBoard, group: nil)
    }

    /// Resumes the run in the folder `options.output` if there is one.
    ///
    /// - Parameters:
    ///   - recipe: The recipe that a new run would have. That of the run in the folder must be the same, except for the
    ///     number of epochs.
    ///   - data: The data set.
    ///   - dataPath: The path of the data set file.
    ///   - options: The options of the run.
    /// - Returns: The resumed run, or `nil` if the folder holds none.
    /// - Throws: `.cannotCreate` if the folder holds another run, and any error of `resume`.
    package static func resumeIfBegun(
        _ recipe: Recipe, on data: Dataset, dataPath: String?, options: RunOptions
    ) throws(FastTrainError) -> Training? {
        guard let path = options.output else { return nil }
        let output = try FileSystem.trimmed(path)
        let group = options.group
        let isBegun = group.isLead ? try FileSystem.exists(RunFolder.recipePath(in: output)) : false
        guard try group?.decide(isBegun) ?? isBegun else { return nil }
        let resolved = try recipe.resolved(for: data)
        if group.isLead {
            let run = try RunDescription(folder: output)
            if let other = resolved.differences(from: run.recipe).first(where: { $0.field != "epochs" }) {
                let what = "expected \(other.field) \(other.mine), found \(other.theirs)"
                throw .cannotCreate(path: output, reason: "holds a run of another recipe: \(what)")
            }
        }
        return try resume(
            output, epochs: resolved.epochs, threads: options.threads, data: data, dataPath: dataPath,
            maxTime: options.maxTime, tensorBoard: options.tensorBoard, group: group)
    }

    /// Resumes a run as `resume(_:epochs:threads:data:dataPath:maxTime:tensorBoard:)`, in several processes. Rank 0 reads
    /// the folder, and the others get everything from it.
    ///
    /// - Parameter group: The processes; `nil` means this one alone.
    package static func resume(
        _ path: String, epochs: Int?, threads: Int?, data: Dataset?, dataPath: String?, maxTime: Double?,
        tensorBoard: String?, group: ProcessGroup?
    ) throws(FastTrainError) -> Training {
        let path = try FileSystem.trimmed(path)
        let folder = group.isLead ? try RunFolder.open(path) : nil
        var run = try RunDescription.shared(try folder?.readRecipe(), in: path, group)
        let data = try run.openData(given: data, in: path)
        try OutputFile.expectNoInput(data.name, inRun: path)
        let changesEpochs = epochs != nil && epochs != run.recipe.epochs
        if let epochs { run.recipe.epochs = epochs }
        let setup = try Setup(
            recipe: try run.recipe.resolved(for: data), data: data, threads: threads, maxTime: maxTime, isSaved: true,
            group: group)
        try group?.expectSame(run, setup, output: path, initial: nil)
        let newest = try Checkpoint.shared(try folder?.newestSoundCheckpoint(of: run), group)
        if let newest { try newest.checkpoint.expectDescription(of: data, path: newest.path) }
        if newest == nil && run.isFromParameters {
            throw .badData(
                file: RunFolder.checkpointPath(in: path, step: 0), place: .file,
                expected: "the parameters that the run started from", found: "no checkpoint")
        }
        if newest == nil { try folder?.expectNothingDone() }
        let start = newest?.checkpoint.state
        if let newest, let start { try setup.checkStart(start, newest.path) }
        var warnings = setup.warnings + (newest?.warnings ?? [])
        if changesEpochs, let start, let ending = EarlyStopping(setup.recipe).ending(start.history) {
            let what = ending == .patience ? "patience" : "tolerance"
            warnings.append("more epochs have no effect: the run's \(what) ended it after epoch \(start.history.count)")
        }
        let training = Training(
            setup, output: path, folder: folder, checkpointEvery: run.checkpointEvery, initial: nil, start: start,
            warnings: warnings,
            tensorBoard: try tensorBoard.flatMap { path throws(FastTrainError) in
                group.isLead ? try TensorBoardLog(path, isResumed: true) : nil
            })
        let file = dataPath.map { FileSystem.absolute($0) } ?? run.data
        if changesEpochs || file != run.data {
            run.data = file
            try folder?.writeRecipe(run)
        }
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

extension RunDescription {
    /// Returns the description that rank 0 of a group has read, in all its processes.
    ///
    /// - Parameters:
    ///   - mine: The description on rank 0, and in a process that is alone.
    ///   - path: The path of the run folder.
    ///   - group: The processes; `nil` means this one alone.
    fileprivate static func shared(
        _ mine: RunDescription?, in path: String, _ group: ProcessGroup?
    ) throws(FastTrainError) -> RunDescription {
        let text = try group?.broadcast(Array(mine?.json.text.utf8 ?? "".utf8))
        if let mine { return mine }
        let file = RunFolder.recipePath(in: path)
        let json = try JSON(parsing: String(decoding: text ?? [], as: UTF8.self), file: file)
        return try RunDescription(json: json, file: file)
    }
}

extension Checkpoint {
    /// A checkpoint that a run resumes from, its path, and a warning for each newer one that was skipped.
    typealias Found = (checkpoint: Checkpoint, path: String, warnings: [String])

    /// Returns the checkpoint that rank 0 of a group has found, in all its processes.
    ///
    /// - Parameters:
    ///   - mine: The checkpoint on rank 0, and in a process that is alone; `nil` if there is none yet.
    ///   - group: The processes; `nil` means this one alone.
    fileprivate static func shared(_ mine: Found?, _ group: ProcessGroup?) throws(FastTrainError) -> Found? {
        guard let group else { return mine }
        let path = String(decoding: try group.broadcast(Array((mine?.path ?? "").utf8)), as: UTF8.self)
        guard !path.isEmpty else { return nil }
        let bytes = try group.broadcast(
            group.isLead ? try FileSystem.readBytes(path, maxBytes: .max) : [])
        if let mine { return mine }
        return try FileSystem.withMemoryFile(bytes) { file throws(FastTrainError) in
            (try Checkpoint(path: file), path, [])
        }
    }
}
