import KernelDispatch

/// Rows run through a network without training: their losses and what was predicted, row by row.
struct EvaluationPass: Sendable {
    private let split: DataSplit
    private let task: Dataset.Task
    private let rows: Buffer<Int32>
    private let losses: Buffer<Float>
    private let predictions: Buffer<Int32>
    private let values: Buffer<Float>
    private let outputs: Int
    private let loss: Loss

    /// `rows` of `split`, for a network of so many outputs.
    init(split: DataSplit, rows: [Int32], task: Dataset.Task, outputs: Int, loss: Loss) {
        self.split = split
        self.task = task
        self.outputs = outputs
        self.loss = loss
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

    /// Does this member's share of the rows; the whole team calls it, with a barrier after.
    func run(_ forward: ForwardPass, member: TeamMember) {
        forward.forEachChunk(of: member.share(of: rows.count), member: member) { chunk, place in
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

    /// What came out; after all members have run. Sums go over the rows in order.
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
            let score = self.loss == .binaryCrossEntropy ? labelScore(names) : .regression(r2: r2())
            return Evaluation(samples: rows.count, loss: loss, score: score)
        }
    }

    /// How the labels `names` were told.
    private func labelScore(_ names: [String]) -> Evaluation.Score {
        let labels = names.enumerated().map { column, name in
            let rows = (0..<self.rows.count).map { told($0, column) }
            return ConfusionMatrix.ClassScore(
                name: name, hits: rows.count { $0.holds && $0.isPredicted }, predicted: rows.count { $0.isPredicted },
                support: rows.count { $0.holds })
        }
        return .multilabel(accuracy: exactMatches { _ in 1 }, labels: labels)
    }

    /// Whether a label of a row holds, and whether it was predicted: from one half on upwards.
    private func told(_ row: Int, _ column: Int) -> (holds: Bool, isPredicted: Bool) {
        guard case .values(let targets, _) = split.targets else { preconditionFailure("labels are values") }
        return (
            targets[Int(rows.base[row]) * outputs + column] > 0.5, values.base[row * outputs + column] > 0
        )
    }

    /// The score alone, each row counted as often as its weight in the data set says; NaN if none counts.
    func weightedScore() -> Double {
        defer { extendLifetime(self) }
        let weight = { (row: Int) in Double(split.weights?[Int(rows.base[row])] ?? 1) }
        switch task {
        case .classification:
            return mean(weight) { split.label(Int(rows.base[$0])) == Int(predictions.base[$0]) ? 1 : 0 }
        case .regression:
            return loss == .binaryCrossEntropy ? exactMatches(weight) : r2(weight)
        }
    }

    /// Of a figure of each row, by the rows' weights.
    private func mean(_ weight: (Int) -> Double, _ figure: (Int) -> Double) -> Double {
        Evaluation.mean(rows.count, weight, figure)
    }

    /// The share of rows of which each label was told rightly.
    private func exactMatches(_ weight: (Int) -> Double) -> Double {
        mean(weight) { row in
            (0..<outputs).allSatisfy { column in
                let (holds, isPredicted) = told(row, column)
                return holds == isPredicted
            } ? 1 : 0
        }
    }

    /// What the network expects, of one of its outputs.
    private func expectation(_ output: Float) -> Double {
        loss == .poisson ? exponential(min(Double(output), 700)) : Double(output)
    }

    /// R² of each output, then the mean over outputs (as scikit-learn's `r2_score`).
    private func r2(_ weight: (Int) -> Double = { _ in 1 }) -> Double {
        guard case .values(let targets, _) = split.targets else { return 0 }
        let scores = (0..<outputs).map { column in
            Evaluation.r2(
                (0..<rows.count).map { Double(targets[Int(rows.base[$0]) * outputs + column]) },
                (0..<rows.count).map { expectation(values.base[$0 * outputs + column]) }, weight)
        }
        return scores.reduce(0, +) / Double(outputs)
    }
}

extension ForwardPass {
    /// Rows of the workspace that a thread has for itself when rows are only evaluated.
    static let rowsPerThread = 96

    /// Cuts a thread's share of some rows to what its part of the workspace holds; calls `body` with the rows' numbers
    /// and their places in the workspace.
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
