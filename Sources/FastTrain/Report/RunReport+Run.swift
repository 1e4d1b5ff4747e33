import Glibc

extension RunReport.CloseUp {
    /// The maximum number of outputs to hold, which take 80 MB. If there are more, the rows are thinned out evenly.
    private static let mostOutputs = 20_000_000

    /// Predicts rows of a split.
    ///
    /// - Parameters:
    ///   - name: The name of the rows: "test" or "validation".
    ///   - split: The split.
    ///   - rows: The rows to predict; `nil` means all rows.
    ///   - model: The model.
    ///   - outputs: The number of outputs per row.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: The errors of `Model.predict`.
    init(
        _ name: String, _ split: DataSplit, rows: [Int32]?, model: Model, outputs: Int, threads: Int?
    ) throws(FastTrainError) {
        let rows = rows ?? split.allRows
        let every = rows.count * outputs / Self.mostOutputs + 1
        self.name = name
        self.split = split
        self.rows = stride(from: 0, to: rows.count, by: every).map { rows[$0] }
        predictions = try model.predict(split, rows: self.rows, threads: threads)
    }
}

extension RunReport.Machine {
    /// Describes the machine that this process runs on.
    static func current(threads: Int, instructionSet: InstructionSet) -> Self {
        Self(processor: processorName, threads: threads, cpus: .usable(), instructionSet: instructionSet)
    }

    /// The processor's name according to the kernel; `nil` if it does not report one.
    private static var processorName: String? {
        guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
        defer { fclose(file) }
        // Every CPU has such a line; the first one is enough.
        var line = [CChar](repeating: 0, count: 1024)
        for _ in 0..<64 {
            guard fgets(&line, Int32(line.count), file) != nil else { return nil }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
            let name = text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return name.isEmpty ? nil : name
        }
        return nil
    }
}

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
    public static func report(
        _ path: String, data: Dataset? = nil, threads: Int? = nil, warn: (String) -> Void = { _ in }
    ) throws(FastTrainError) -> String {
        let folder = try RunFolder.open(path)
        let run = try folder.readRecipe()
        let data = try Self.data(of: run, in: path, given: data)
        let sampling = try Sampling(recipe: run.recipe, split: data.train, task: data.task)
        let saved = try Self.saved(of: run, in: folder, warn: warn)
        let validationRows = sampling.validationRows
        let report = RunReport(
            dataName: RunReport.shortName(data), model: saved.model, trainRows: sampling.trainRows.count,
            stepsPerEpoch: run.recipe.stepsPerEpoch(rows: sampling.trainRows.count), history: saved.history,
            bestEpoch: saved.bestEpoch, ending: saved.ending,
            seconds: saved.history.last?.seconds ?? 0,
            test: try data.test.map { split throws(FastTrainError) in
                try saved.model.evaluate(data, split, threads: threads)
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
        var ending: Outcome.Ending?
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
            throw .noInput(path: folder.path, reason: "the run has saved nothing yet to report on")
        }
        let stopping = EarlyStopping(run.recipe)
        var ending: Outcome.Ending?
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

extension RunReport {
    /// Returns the test rows or, without test rows, the validation rows with their predictions; `nil` if there are
    /// neither.
    static func closeUp(
        of model: Model, _ data: Dataset, _ sampling: Sampling, threads: Int?
    ) throws(FastTrainError) -> CloseUp? {
        if let test = data.test {
            return try CloseUp(
                "test", test, rows: nil, model: model, outputs: data.outputCount, threads: threads)
        }
        guard !sampling.validationRows.isEmpty else { return nil }
        return try CloseUp(
            "validation", data.train, rows: sampling.validationRows, model: model, outputs: data.outputCount,
            threads: threads)
    }

    /// Returns a file's name without folders and extension.
    static func shortName(_ data: Dataset) -> String {
        let file = data.name.split(separator: "/").last.map(String.init) ?? data.name
        return file.hasSuffix(".safetensors") ? String(file.dropLast(".safetensors".count)) : file
    }
}
