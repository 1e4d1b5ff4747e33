import FastTrainSupport

/// The coded form of an evaluation, which is complete, in contrast to `json`:
///
/// - a classifier: `{"samples":…, "loss":…, "classes":[…], "counts":[[label, prediction, rows], …]}`, with the entries
///   of the confusion matrix that are not 0, in rising order
/// - regression: `{"samples":…, "loss":…, "r2":…}`
/// - labels: `{"samples":…, "loss":…, "accuracy":…, "per_class":[{"class":…, "precision":…, "recall":…, "f1":…,
///   "support":…}, …]}`
extension Evaluation: Codable {
    /// Reads an evaluation.
    ///
    /// - Throws: `DecodingError.dataCorrupted` with one line that names the member which is missing, unknown or of the
    ///   wrong type.
    public init(from decoder: any Decoder) throws {
        self = try CodableJSON.read(from: decoder) { json throws(FastTrainError) in
            var reader = try ObjectReader(json, file: "the evaluation", place: .file)
            let score = try Score(&reader)
            let evaluation = Evaluation(
                samples: try reader.take("samples"), loss: try reader.take("loss"), score: score)
            try reader.finish()
            return evaluation
        }
    }

    /// Writes the evaluation. Numbers are exact to the bit.
    public func encode(to encoder: any Encoder) throws {
        let members = [JSON.Member("samples", samples.json), JSON.Member("loss", loss.json)] + score.members
        try CodableJSON(.object(members)).encode(to: encoder)
    }
}

extension Evaluation.Score {
    fileprivate var members: [JSON.Member] {
        switch self {
        case .classification(let matrix):
            let entries = matrix.entries.sorted { ($0.label, $0.prediction) < ($1.label, $1.prediction) }
            return [
                JSON.Member("classes", matrix.classes.json),
                JSON.Member("counts", entries.map { [$0.label, $0.prediction, $0.count] }.json),
            ]
        case .regression(let r2): return [JSON.Member("r2", r2.json)]
        case .multilabel(let accuracy, let labels):
            return [JSON.Member("accuracy", accuracy.json), JSON.Member("per_class", .array(labels.map(\.json)))]
        }
    }

    /// Takes the members of one of the three forms.
    fileprivate init(_ reader: inout ObjectReader) throws(FastTrainError) {
        if reader["classes"] != nil {
            let classes: [String] = try reader.take("classes")
            let counts: [[Int]] = try reader.take("counts")
            guard counts.allSatisfy({ $0.count == 3 }),
                let matrix = ConfusionMatrix(
                    classes: classes, entries: counts.map { (label: $0[0], prediction: $0[1], count: $0[2]) })
            else {
                throw reader.fault(
                    "counts", expected: "a label, a prediction and a number of rows in each, once for each pair",
                    found: "others")
            }
            self = .classification(matrix)
        } else if reader["r2"] != nil {
            self = .regression(r2: try reader.take("r2"))
        } else {
            self = .multilabel(accuracy: try reader.take("accuracy"), labels: try reader.take("per_class"))
        }
    }
}

extension ConfusionMatrix.ClassScore: JSONConvertible {
    package init?(json: JSON) {
        guard var reader = try? ObjectReader(json, file: "", place: .file),
            let name: String = try? reader.take("class"), let precision: Double = try? reader.take("precision"),
            let recall: Double = try? reader.take("recall"), let f1: Double = try? reader.take("f1"),
            let support: Int = try? reader.take("support"), (try? reader.finish()) != nil
        else { return nil }
        self.init(name: name, precision: precision, recall: recall, f1: f1, support: support)
    }

    package static var expectation: String { "the scores of a class" }
}
