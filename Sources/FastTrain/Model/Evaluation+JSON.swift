extension Evaluation {
    /// The evaluation as `evaluate --json` prints it: `{"loss":…, "accuracy":…, "confusion_matrix":[[…]],
    /// "samples":…}`.
    ///
    /// Rows of the confusion matrix are true classes and columns are predicted classes. The matrix is `null` for more
    /// than 1000 classes. Regression has `r2` in place of accuracy and matrix; labels have no matrix.
    package var json: JSON {
        .object([JSON.Member("loss", loss.json)] + scoreMembers + [JSON.Member("samples", samples.json)])
    }

    /// The content of `metrics.json`.
    ///
    /// The members for the test rows are `test_loss`, `test_accuracy` or `test_r2`, `test_samples`, `classes`,
    /// `confusion_matrix`, and `per_class` (precision, recall, f1 and support of each class or label). The validation
    /// rows have the same members, each with the prefix `validation_`.
    static func metrics(test: Evaluation?, validation: Evaluation?) -> JSON {
        var members: [JSON.Member] = []
        if let test { members += test.metricMembers(prefix: "test_", matrixPrefix: "") }
        if let validation { members += validation.metricMembers(prefix: "validation_", matrixPrefix: "validation_") }
        return .object(members)
    }

    private func metricMembers(prefix: String, matrixPrefix: String) -> [JSON.Member] {
        var members = [JSON.Member(prefix + "loss", loss.json)]
        switch score {
        case .multilabel(let accuracy, let labels):
            members += [
                JSON.Member(prefix + "accuracy", accuracy.json), JSON.Member(prefix + "samples", samples.json),
                JSON.Member(matrixPrefix + "per_class", .array(labels.map(\.json))),
            ]
        case .regression(let r2):
            members += [JSON.Member(prefix + "r2", r2.json), JSON.Member(prefix + "samples", samples.json)]
        case .classification(let matrix):
            members += [
                JSON.Member(prefix + "accuracy", matrix.accuracy.json),
                JSON.Member(prefix + "samples", samples.json),
                JSON.Member(matrixPrefix + "classes", matrix.classes.json),
                JSON.Member(matrixPrefix + "confusion_matrix", matrix.json),
                JSON.Member(matrixPrefix + "per_class", .array(matrix.classScores.map(\.json))),
            ]
        }
        return members
    }

    private var scoreMembers: [JSON.Member] {
        switch score {
        case .regression(let r2): [JSON.Member("r2", r2.json)]
        case .multilabel(let accuracy, _): [JSON.Member("accuracy", accuracy.json)]
        case .classification(let matrix):
            [JSON.Member("accuracy", matrix.accuracy.json), JSON.Member("confusion_matrix", matrix.json)]
        }
    }
}

extension ConfusionMatrix {
    /// The largest number of classes for which the whole matrix is written; at this size it takes over a megabyte.
    private static let maxWrittenClasses = 1000

    /// One array for each true class, or `null` if there are more than `maxWrittenClasses` classes.
    fileprivate var json: JSON {
        guard classes.count <= Self.maxWrittenClasses else { return .null }
        return classes.indices.map { label in classes.indices.map { self[label, $0] } }.json
    }
}

extension ConfusionMatrix.ClassScore {
    package var json: JSON {
        .object([
            JSON.Member("class", name.json),
            JSON.Member("precision", precision.json),
            JSON.Member("recall", recall.json),
            JSON.Member("f1", f1.json),
            JSON.Member("support", support.json),
        ])
    }
}
