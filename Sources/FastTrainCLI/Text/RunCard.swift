import FastTrain

/// What a run is about to do, as a short table.
struct RunCard {
    var dataName: String
    var trainRows: Int
    /// 0: none held out.
    var validationRows: Int
    /// 0: the data set has none.
    var testRows: Int
    var featureShape: [Int]
    var task: Dataset.Task
    var network: Network
    /// With its loss set.
    var recipe: Recipe
    var stepsPerEpoch: Int
    var threads: Int
    var instructionSet: InstructionSet
    var cpus: CPUs
    var folder: String?
    /// Steps that earlier sessions of a resumed run have done.
    var stepsDone: Int

    func text(style: Style) -> String {
        var table = TextTable([.left, .left], gap: 3)
        for (name, value) in rows { table.add([TextTable.Cell(name, style.dim), TextTable.Cell(value.printable)]) }
        return table.lines.joined(separator: "\n")
    }

    private var rows: [(String, String)] {
        var rows = [
            ("data", "\(dataName), \(contents)"), ("rows", rowCounts), ("network", networkLine),
            ("loss", lossLine), ("optimizer", optimizerLine), ("minibatch", minibatchLine),
            ("epochs", epochLine), ("threads", threadLine),
        ]
        if let folder { rows.append(("output", folder)) }
        if stepsDone > 0 {
            let epochs = Format.count(stepsDone / max(1, stepsPerEpoch), "epoch")
            rows.append(("resumes", "after step \(Format.integer(stepsDone)), with \(epochs) done"))
        }
        return rows
    }

    private var contents: String {
        let answers =
            switch task {
            case .classification(let classes): Format.count(classes.count, "class", "classes")
            case .regression(let targets): Format.count(targets.count, "target")
            }
        return "\(Format.shape(featureShape)) features, \(answers)"
    }

    private var rowCounts: String {
        [(trainRows, "training"), (validationRows, "validation"), (testRows, "test")]
            .filter { $0.0 > 0 }.map { "\(Format.integer($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    private var epochLine: String {
        let monitor = recipe.monitor == .validationLoss ? "" : " by \(recipe.monitor.rawValue)"
        let delta = recipe.minDelta > 0 ? ", min delta \(Format.setting(recipe.minDelta))" : ""
        let patience = recipe.patience.map { ", patience \(Format.integer($0))\(monitor)\(delta)" } ?? ""
        let tol =
            recipe.tol.map { ", tol \(Format.setting($0)) in \(Format.count(recipe.nIterNoChange ?? 0, "epoch"))" }
            ?? ""
        return "\(Format.integer(recipe.epochs)), seed \(recipe.seed)\(patience)\(tol)"
    }

    private var lossLine: String {
        let smoothing =
            recipe.labelSmoothing > 0 ? ", label smoothing \(Format.setting(recipe.labelSmoothing))" : ""
        let weights =
            switch recipe.classWeight {
            case nil: ""
            case .balanced: ", classes balanced"
            case .given(let weights): ", class weights \(weights.map(Format.setting).joined(separator: ", "))"
            }
        return (recipe.loss?.description(recipe) ?? "") + smoothing + weights
    }

    private var networkLine: String {
        let names = recipe.activation.map { $0.description(recipe) }
        let activation = recipe.hidden.isEmpty ? "linear" : names.joined(separator: ", ")
        let normalization = recipe.normalization == .none ? "" : ", \(recipe.normalization.rawValue) normalization"
        let input = recipe.inputDropout > 0 ? ", input dropout \(Format.setting(recipe.inputDropout))" : ""
        let rates = recipe.dropout.map(Format.setting).joined(separator: " and ")
        let dropout = recipe.dropout.contains { $0 > 0 } ? ", dropout \(rates)" : ""
        let products = recipe.precision == .f32 ? "" : ", products in \(recipe.precision.rawValue)"
        return
            "\(network), \(activation)\(normalization)\(input)\(dropout), "
            + "\(Format.integer(network.parameterCount)) parameters\(products)"
    }

    private var optimizerLine: String {
        var parts = [recipe.optimizer.rawValue]
        if recipe.optimizer.settings.contains(\.learningRate) {
            let schedule =
                (recipe.schedule == .constant ? [] : [recipe.schedule.description(recipe)])
                + (recipe.warmup > 0 ? ["warm-up \(Format.setting(recipe.warmup))"] : [])
            parts.append(
                "learning rate \(Format.setting(recipe.learningRate))"
                    + (schedule.isEmpty ? "" : " (\(schedule.joined(separator: ", ")))"))
        }
        parts += recipe.optimizer.description(recipe)
        if recipe.weightDecay > 0 { parts.append("weight decay \(Format.setting(recipe.weightDecay))") }
        if recipe.alpha > 0 { parts.append("alpha \(Format.setting(recipe.alpha))") }
        if recipe.l1 > 0 { parts.append("L1 \(Format.setting(recipe.l1))") }
        if let limit = recipe.clipValue { parts.append("gradient clipped at \(Format.setting(limit))") }
        if let limit = recipe.clipNorm { parts.append("gradient's norm clipped at \(Format.setting(limit))") }
        if let limit = recipe.maxNorm { parts.append("max norm \(Format.setting(limit))") }
        if let decay = recipe.ema { parts.append("weights averaged by \(Format.setting(decay))") }
        return parts.joined(separator: ", ")
    }

    private var minibatchLine: String {
        if recipe.optimizer.isFullBatch {
            return "all rows, \(Format.count(recipe.shards, "shard")), an iteration is an epoch"
        }
        let rows = Format.count(recipe.batchSize, "row") + (recipe.shuffle ? "" : " in file order")
        return "\(rows), \(Format.count(recipe.shards, "shard")), \(Format.count(stepsPerEpoch, "step")) an epoch"
    }

    private var threadLine: String {
        let limit = cpus.limit.isEmpty ? "" : " (\(cpus.limit))"
        let share = Int((100 * Double(min(threads, cpus.count)) / Double(cpus.machine)).rounded())
        let used = "\(Format.integer(min(threads, cpus.count))) of \(Format.count(cpus.machine, "CPU"))"
        return "\(Format.integer(threads)) on \(used), \(share)%\(limit), \(instructionSet.rawValue)"
    }
}

extension RunCard {
    init(_ training: Training) {
        self.init(
            dataName: training.data.name, trainRows: training.trainRows, validationRows: training.validationRows,
            testRows: training.data.test?.count ?? 0, featureShape: training.data.featureShape,
            task: training.data.task, network: training.network, recipe: training.recipe,
            stepsPerEpoch: training.stepsPerEpoch, threads: training.threads,
            instructionSet: training.instructionSet, cpus: CPUs.usable(), folder: training.output,
            stepsDone: training.resumedFromStep)
    }
}
