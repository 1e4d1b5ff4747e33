import KernelDispatch

/// The evaluation of rows of a data set: their losses and predictions, row by row.
struct EvaluationPass: Sendable {
    private let split: DataSplit
    private let task: Dataset.Task
    private let rows: Buffer<Int32>
    private let losses: Buffer<Float>
    private let predictions: Buffer<Int32>
    private let values: Buffer<Float>
    private let outputs: Int
    private let output: OutputFunction

    /// Creates an evaluation.
    ///
    /// - Parameters:
    ///   - split: The data set.
    ///   - rows: The rows to evaluate.
    ///   - task: The task of the data set.
    ///   - outputs: The number of outputs of the network.
    ///   - loss: The loss of the network.
    init(split: DataSplit, rows: [Int32], task: Dataset.Task, outputs: Int, loss: Loss) {
        self.split = split
        self.task = task
        self.outputs = outputs
        output = loss.output
        self.rows = Buffer(count: rows.count)
        self.rows.base.update(from: rows, count: rows.count)
        losses = Buffer(count: rows.count)
        if case .regression = task {
            predictions = Buffer(count: 0)
            values = Buffer(count: rows.count * outputs)
        } else {
            predictions = Buffer(count: rows.count)
            values = Buffer(count: 0)
        }
    }

    /// Evaluates the calling member's share of the rows. The whole team calls it, with a barrier after it.
    ///
    /// - Parameters:
    ///   - forward: The network.
    ///   - member: The calling member.
    ///   - group: The processes that share the rows, and `gather` the results after the barrier; `nil` means this one alone.
    func run(_ forward: ForwardPass, member: TeamMember, group: ProcessGroup? = nil) {
        let own = group?.share(of: rows.count) ?? 0..<rows.count
        forward.forEachChunk(of: member.share(of: own), member: member) { chunk, place in
            let indices = rows.base + chunk.lowerBound - place.lowerBound
            forward.gather(split.features, indices: indices, rows: place)
            forward.targets.gather(split.targets, indices: indices, rows: place)
            forward.run(rows: place)
            for (row, at) in zip(chunk, place) {
                if case .regression = task {
                    for column in 0..<outputs {
                        values.base[row * outputs + column] = forward.output(row: at, column: column)
                    }
                } else {
                    predictions.base[row] = Int32(forward.bestClass(row: at))
                }
            }
            forward.computeLoss(rows: place, scale: 1)
            (losses.base + chunk.lowerBound)
                .update(from: forward.targets.lossBase + place.lowerBound, count: chunk.count)
        }
    }

    /// Makes the results of all rows known to all processes.
    func gather(_ group: ProcessGroup) throws(FastTrainError) {
        let rows = (0..<group.size).map { group.share(of: self.rows.count, rank: $0) }
        func gather(_ base: UnsafeMutableRawPointer, _ width: Int) throws(FastTrainError) {
            let parts = ProcessGroup.Parts(rows.map { $0.lowerBound * width..<$0.upperBound * width })
            try group.wait(try group.beginGather(base, parts))
        }
        try gather(losses.base, 1)
        if predictions.count > 0 { try gather(predictions.base, 1) }
        if values.count > 0 { try gather(values.base, outputs) }
    }

    /// Returns the result, once all members have run. Sums run over the rows in order.
    func result() -> Evaluation {
        defer { extendLifetime(self) }
        let loss = (0..<rows.count).reduce(0.0) { $0 + Double(losses.base[$1]) } / Double(rows.count)
        switch task {
        case .classification(let classes):
            var matrix = ConfusionMatrix(classes: classes)
            for row in 0..<rows.count {
                matrix.add(label: split.label(Int(rows.base[row])), prediction: Int(predictions.base[row]))
            }
            return Evaluation(samples: rows.count, loss: loss, score: .classification(matrix))
        case .regression(let names):
            let score = output.takesNumbersAsLabels ? labelScore(names) : .regression(r2: r2())
            return Evaluation(samples: rows.count, loss: loss, score: score)
        }
    }

    /// Returns the score of labels that hold or not, independently of each other.
    private func labelScore(_ names: [String]) -> Evaluation.Score {
        let labels = names.enumerated().map { column, name in
            let rows = (0..<self.rows.count).map { label($0, column) }
            return ConfusionMatrix.ClassScore(
                name: name, hits: rows.count { $0.holds && $0.isPredicted }, predicted: rows.count { $0.isPredicted },
                support: rows.count { $0.holds })
        }
        return .multilabel(accuracy: exactMatches { _ in 1 }, labels: labels)
    }

    /// Returns whether a label of a row holds, and whether it was predicted, with a probability above one half.
    private func label(_ row: Int, _ column: Int) -> (holds: Bool, isPredicted: Bool) {
        guard case .values(let targets, _) = split.targets else { preconditionFailure("labels are values") }
        return (
            targets[Int(rows.base[row]) * outputs + column] > 0.5, values.base[row * outputs + column] > 0
        )
    }

    /// Returns the score alone, weighted by the rows' weights in the data set; NaN if all weights are 0.
    func weightedScore() -> Double {
        defer { extendLifetime(self) }
        let weight = { (row: Int) in Double(split.weights?[Int(rows.base[row])] ?? 1) }
        switch task {
        case .classification:
            return mean(weight) { split.label(Int(rows.base[$0])) == Int(predictions.base[$0]) ? 1 : 0 }
        case .regression:
            return output.takesNumbersAsLabels ? exactMatches(weight) : r2(weight)
        }
    }

    /// Returns the weighted mean of a figure of each row.
    private func mean(_ weight: (Int) -> Double, _ figure: (Int) -> Double) -> Double {
        Evaluation.mean(rows.count, weight, figure)
    }

    /// Returns the share of rows whose labels were all predicted correctly.
    private func exactMatches(_ weight: (Int) -> Double) -> Double {
        mean(weight) { row in
            (0..<outputs).allSatisfy { column in
                let (holds, isPredicted) = label(row, column)
                return holds == isPredicted
            } ? 1 : 0
        }
    }

    /// Returns the mean over the outputs of their R², as scikit-learn's `r2_score`.
    private func r2(_ weight: (Int) -> Double = { _ in 1 }) -> Double {
        guard case .values(let targets, _) = split.targets else { return 0 }
        let scores = (0..<outputs).map { column in
            Evaluation.r2(
                (0..<rows.count).map { Double(targets[Int(rows.base[$0]) * outputs + column]) },
                (0..<rows.count).map { output.number(values.base[$0 * outputs + column]) }, weight)
        }
        return scores.reduce(0, +) / Double(outputs)
    }
}

extension ForwardPass {
    /// The largest number of rows of the pass that each thread has for evaluation.
    static let maxRowsPerThread = 96

    /// Returns the number of rows that a pass needs to evaluate `count` rows: at least one for each thread, and no more
    /// than there are.
    static func evaluationRows(_ count: Int, threads: Int) -> Int {
        min(threads * maxRowsPerThread, max(threads, count))
    }

    /// Cuts a thread's share of some rows into chunks that fit the thread's part of the pass.
    ///
    /// - Parameters:
    ///   - share: The thread's share of the rows.
    ///   - member: The calling member of the team.
    ///   - body: Receives the rows of a chunk, and the rows of the pass that they take.
    func forEachChunk(of share: Range<Int>, member: TeamMember, _ body: (Range<Int>, Range<Int>) -> Void) {
        let place = member.share(of: activations.rows)
        var start = share.lowerBound
        while start < share.upperBound {
            let count = min(place.count, share.upperBound - start)
            body(start..<start + count, place.lowerBound..<place.lowerBound + count)
            start += count
        }
    }
}
