import FastTrain
import ProgramSupport

/// The result of a run, with the commands to use next.
struct RunResult: SessionResult {
    var recipe: Recipe
    var dataName: String
    var hasTestRows: Bool
    var parameterCount: Int
    var threads: Int
    var instructionSet: InstructionSet
    var folder: String?
    /// The folder of event files for TensorBoard.
    var eventFolder: String?
    var history: [EpochRecord]
    var bestEpoch: Int?
    var validation: Evaluation?
    var test: Evaluation?
    /// The signal that interrupted the run; `nil` if it is complete.
    var interrupted: Int32?
    /// The reason why the run ended.
    var ending: Outcome.Ending
    /// The path of the newest checkpoint.
    var checkpoint: String?
    /// The wall-clock time of training in seconds.
    var seconds: Double

    // MARK: - Text

    func text(width: Int, style: Style) -> String {
        var blocks = [summary(style: style)]
        if let (rows, evaluation) = shown,
            let details = EvaluationText.details(evaluation, of: " of the \(rows) rows", width: width, style: style)
        {
            blocks.append(details)
        }
        blocks.append(files)
        return blocks.joined(separator: "\n\n")
    }

    /// The evaluation that says most about the model, with the name of its rows.
    private var shown: (rows: String, Evaluation)? {
        if let test { return ("test", test) }
        return validation.map { ("validation", $0) }
    }

    private func summary(style: Style) -> String {
        var table = TextTable([.left, .right, .right])
        let evaluations = [("validation", validation), ("test", test)].compactMap { name, evaluation in
            evaluation.map { (name, $0) }
        }
        let score = evaluations.contains { $0.1.r2 != nil } ? "R2" : "accuracy"
        table.add(["", "loss", score].map { TextTable.Cell($0, style.dim) })
        if let last = history.last { table.add("training", Format.loss(last.trainLoss)) }
        for (name, evaluation) in evaluations {
            let value = evaluation.accuracy.map { Format.percent($0) } ?? Format.loss(evaluation.r2 ?? .nan)
            table.add([
                TextTable.Cell(name), TextTable.Cell(Format.loss(evaluation.loss)), TextTable.Cell(value, style.bold),
            ])
        }
        return ([headline, ""] + table.lines).joined(separator: "\n")
    }

    private var headline: String {
        let epochs =
            ending == .epochs || ending == .interrupted
            ? Format.count(history.count, "epoch")
            : "\(Format.integer(history.count)) of \(Format.count(recipe.epochs, "epoch"))"
        let reason =
            switch ending {
            case .patience: ", with no better \(monitored) in \(Format.count(recipe.patience ?? 0, "epoch"))"
            case .tolerance: ", then more than \(recipe.toleranceText)"
            case .convergence: ", until it converged"
            case .time: ", as many as the time limit allows"
            case .epochs, .interrupted: ""
            }
        let trained = "trained \(epochs) in \(Format.duration(seconds))\(reason)"
        return bestEpoch.map { "\(trained); best by \(monitored): epoch \($0), kept as the model" } ?? trained
    }

    private var monitored: String {
        switch recipe.monitor {
        case .validationLoss: "validation loss"
        case .validationScore: scoreName == "r2" ? "validation R2" : "validation accuracy"
        case .trainLoss: "training loss"
        }
    }

    private var files: String {
        let curves = eventFolder.map { "tensorboard --logdir \($0.shellWord)".printable }
        guard let folder else {
            let nothing = "no model was saved; use --output DIR to keep it"
            return curves.map { "curves  \($0)\n\n\(nothing)" }
                ?? "nothing was saved; use --output DIR to keep the model"
        }
        let split = hasTestRows ? "" : " --split train"
        let name = folder.shellWord
        var table = TextTable([.left, .left])
        table.add("model", "\(folder)/model.safetensors".printable)
        table.add("run", "\(folder) (recipe.json, history.jsonl, metrics.json, checkpoints)".printable)
        table.add("report", "\(folder)/report.html".printable)
        if let curves { table.add("curves", curves) }
        table.add("use it", "fasttrain evaluate \(name)\(split)".printable)
        table.add("", "fasttrain predict \(name)\(split) -o predictions.csv".printable)
        return table.lines.joined(separator: "\n")
    }

    /// Returns one line that says what was saved and how to resume.
    func interruption(by signal: Int32) -> String {
        let start = "interrupted by \(SignalFlag.name(signal))"
        guard let folder, let checkpoint else {
            return "\(start); nothing was saved because there is no output folder (--output)"
        }
        let events = eventFolder.map { " --tensorboard \($0.shellWord)" } ?? ""
        return "\(start); saved \(checkpoint); resume with: fasttrain resume \(folder.shellWord)\(events)"
    }

    // MARK: - JSON

    var json: JSON {
        let matrix = test?.json["confusion_matrix"]
        return .object([
            .init("data", .string(dataName)), .init("parameters", .integer(parameterCount)),
            .init("threads", .integer(threads)), .init("instruction_set", .string(instructionSet.rawValue)),
            .init("epochs", .integer(history.count)), .init("best_epoch", Self.json(bestEpoch)),
            .init("train_loss", Self.json(history.last?.trainLoss)),
            .init("validation_loss", Self.json(validation?.loss)),
            .init("validation_\(scoreName)", Self.json(validation.flatMap(score))),
            .init("test_loss", Self.json(test?.loss)), .init("test_\(scoreName)", Self.json(test.flatMap(score))),
            .init("confusion_matrix", matrix ?? .null), .init("seconds", .number(seconds)),
            .init("samples_per_second", Self.json(history.last?.samplesPerSecond)),
            .init("output", Self.json(folder)), .init("model", Self.json(modelPath)),
            .init("checkpoint", Self.json(checkpoint)),
            .init("interrupted", Self.json(interrupted.map(SignalFlag.name))),
            .init("ended_by", Self.json(interrupted == nil ? ending.rawValue : nil)),
            .init("history", .array(history.map(\.json))), .init("recipe", recipe.json),
        ])
    }

    /// The path of the model, which is only written when the run is complete.
    private var modelPath: String? { interrupted == nil ? folder.map { $0 + "/model.safetensors" } : nil }

    private var scoreName: String { (test ?? validation)?.r2 != nil ? "r2" : "accuracy" }

    private func score(_ evaluation: Evaluation) -> Double? { evaluation.accuracy ?? evaluation.r2 }

    private static func json(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
    private static func json(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
    private static func json(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
}

extension RunResult {
    /// Gathers the result.
    ///
    /// - Parameter interrupted: The signal that interrupted the run, if one did.
    init(_ outcome: Outcome, training: Training, interrupted: Int32?) {
        self.init(
            recipe: training.recipe, dataName: training.data.name,
            hasTestRows: training.data.test != nil, parameterCount: training.network.parameterCount,
            threads: training.threads, instructionSet: training.instructionSet, folder: training.output,
            eventFolder: training.eventFolder,
            history: outcome.history, bestEpoch: outcome.bestEpoch, validation: outcome.validation,
            test: outcome.test, interrupted: interrupted, ending: outcome.ending,
            checkpoint: outcome.checkpoint,
            seconds: outcome.seconds)
    }
}
