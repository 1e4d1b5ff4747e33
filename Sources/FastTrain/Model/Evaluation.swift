/// How a model does on some rows.
public struct Evaluation: Sendable, Equatable {
    /// Rows.
    public let samples: Int
    /// Mean of a row's loss; weights of rows and classes count in training only.
    public let loss: Double
    /// How good the answers are.
    public let score: Score

    /// What a score is depends on the task.
    public enum Score: Sendable, Equatable {
        /// Which classes were taken for which.
        case classification(ConfusionMatrix)
        /// Coefficient of determination, averaged over the outputs (scikit-learn's `r2_score`).
        case regression(r2: Double)
        /// Several labels that each hold or not: the share of rows that had all of them right, and how each was told.
        case multilabel(accuracy: Double, labels: [ConfusionMatrix.ClassScore])
    }

    /// See the properties.
    public init(samples: Int, loss: Double, score: Score) {
        self.samples = samples
        self.loss = loss
        self.score = score
    }

    /// Share of rows classified rightly; nil for regression.
    public var accuracy: Double? {
        switch score {
        case .classification(let matrix): matrix.accuracy
        case .multilabel(let accuracy, _): accuracy
        case .regression: nil
        }
    }

    /// Coefficient of determination; nil for classes and labels.
    public var r2: Double? {
        if case .regression(let r2) = score { r2 } else { nil }
    }

    /// nil for regression and for several labels.
    public var confusionMatrix: ConfusionMatrix? {
        if case .classification(let matrix) = score { matrix } else { nil }
    }
}

extension Evaluation {
    /// The mean of a figure of each of some rows, by their weights; NaN if none counts.
    static func mean(_ rows: Int, _ weight: (Int) -> Double, _ figure: (Int) -> Double) -> Double {
        let sums = (0..<rows).reduce((figure: 0.0, weight: 0.0)) {
            ($0.figure + weight($1) * figure($1), $0.weight + weight($1))
        }
        return sums.figure / sums.weight
    }

    /// The coefficient of determination, 1 − Σ w (y − f)² / Σ w (y − ȳ)²; of truths y that are all equal 1 if they are met
    /// exactly, else 0.
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
