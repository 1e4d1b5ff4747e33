/// The loss and score of a model on a set of rows.
public struct Evaluation: Sendable, Hashable {
    /// The number of rows evaluated.
    public let samples: Int
    /// The mean loss per row. Row and class weights apply to training only and are ignored here.
    public let loss: Double
    /// The quality of the predictions, measured as the task requires.
    public let score: Score

    /// The quality of the predictions of one kind of task.
    public enum Score: Sendable, Hashable {
        /// The confusion matrix of a classifier.
        case classification(ConfusionMatrix)
        /// The coefficient of determination averaged over the outputs, as scikit-learn's `r2_score` computes it.
        case regression(r2: Double)
        /// The results for independent yes-or-no labels: the fraction of rows with every label right, and the scores of
        /// each label.
        case multilabel(accuracy: Double, labels: [ConfusionMatrix.ClassScore])
    }

    /// Creates an evaluation from its parts.
    package init(samples: Int, loss: Double, score: Score) {
        self.samples = samples
        self.loss = loss
        self.score = score
    }

    /// The fraction of rows classified correctly; `nil` for regression. With several labels, a row counts only if all
    /// of its labels are right.
    public var accuracy: Double? {
        switch score {
        case .classification(let matrix): matrix.accuracy
        case .multilabel(let accuracy, _): accuracy
        case .regression: nil
        }
    }

    /// The coefficient of determination; `nil` unless the task is regression with numeric targets.
    public var r2: Double? {
        if case .regression(let r2) = score { r2 } else { nil }
    }

    /// The confusion matrix; `nil` for regression and for several labels.
    public var confusionMatrix: ConfusionMatrix? {
        if case .classification(let matrix) = score { matrix } else { nil }
    }
}

extension Evaluation {
    /// Returns the weighted mean of a value over rows, or NaN if the weights sum to zero.
    ///
    /// - Parameters:
    ///   - rows: The number of rows.
    ///   - weight: The weight of a row.
    ///   - figure: The value of a row.
    static func mean(_ rows: Int, _ weight: (Int) -> Double, _ figure: (Int) -> Double) -> Double {
        let sums = (0..<rows).reduce((figure: 0.0, weight: 0.0)) {
            ($0.figure + weight($1) * figure($1), $0.weight + weight($1))
        }
        return sums.figure / sums.weight
    }

    /// Returns the weighted coefficient of determination, 1 − Σ w (y − f)² / Σ w (y − ȳ)².
    ///
    /// If all true values y are equal, the result is 1 when every prediction f is exact and 0 otherwise.
    static func r2(_ truth: [Double], _ predicted: [Double], _ weight: (Int) -> Double) -> Double {
        let mean = mean(truth.count, weight) { truth[$0] }
        var residual = 0.0
        var spread = 0.0
        for row in truth.indices {
            let error = truth[row] - predicted[row]
            residual += weight(row) * error * error
            spread += weight(row) * (truth[row] - mean) * (truth[row] - mean)
        }
        return spread > 0 ? 1 - residual / spread : (residual == 0 ? 1 : 0)
    }
}
