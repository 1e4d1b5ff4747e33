import FastTrain

/// The short table that describes a run before it starts.
struct RunCard {
    var dataName: String
    var trainRows: Int
    /// The number of rows held out for validation; 0 if there are none.
    var validationRows: Int
    /// The number of test rows; 0 if the data set has none.
    var testRows: Int
    var featureShape: [Int]
    var task: Dataset.Task
    var network: Network
    /// The recipe, with its loss resolved.
    var recipe: Recipe
    var stepsPerEpoch: Int
    var threads: Int
    /// The processes that train the run together; `nil` if there is one.
    var processes: String?
    var instructionSet: InstructionSet
    var cpus: CPUs
    var folder: String?
    /// The number of steps that earlier sessions of a resumed run took.
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
        if let processes { rows.append(("processes", processes)) }
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
        (["\(Format.integer(recipe.epochs))", "seed \(recipe.seed)"] + recipe.cardPhrases(.epochs))
            .joined(separator: ", ")
    }

    private var lossLine: String {
        ([recipe.loss?.description(recipe) ?? ""] + recipe.cardPhrases(.loss)).joined(separator: ", ")
    }

    private var networkLine: String {
        let names = recipe.activation.map { $0.description(recipe) }
        let activation = recipe.hidden.isEmpty ? "linear" : names.joined(separator: ", ")
        let order = recipe.accumulation.map { " added by \($0.rawValue)" } ?? ""
        let products = recipe.precision == .f32 ? [] : ["products in \(recipe.precision.rawValue)\(order)"]
        let parameters = "\(Format.integer(network.parameterCount)) parameters"
        return (["\(network)", activation] + recipe.cardPhrases(.network) + [parameters] + products)
            .joined(separator: ", ")
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
        return (parts + recipe.cardPhrases(.optimizer)).joined(separator: ", ")
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
            processes: training.group?.summary,
            instructionSet: training.instructionSet, cpus: CPUs.usable(), folder: training.output,
            stepsDone: training.resumedFromStep)
    }
}
