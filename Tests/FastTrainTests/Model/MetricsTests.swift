import Foundation
import Testing

@testable import FastTrain

@Suite struct MetricsTests {
    /// Class a has 2 rows predicted correctly and 1 predicted as b; class b has 1 predicted correctly.
    private static var classification: Evaluation {
        var matrix = ConfusionMatrix(classes: ["a", "b"])
        for (label, prediction) in [(0, 0), (0, 0), (0, 1), (1, 1)] { matrix.add(label: label, prediction: prediction) }
        return Evaluation(samples: 4, loss: 0.5, score: .classification(matrix))
    }

    private static let regression = Evaluation(samples: 3, loss: 2, score: .regression(r2: 0.75))

    @Test func evaluateJSON() {
        #expect(
            Self.classification.json.text
                == #"{"loss":0.5,"accuracy":0.75,"confusion_matrix":[[2,1],[0,1]],"samples":4}"#)
        #expect(Self.regression.json.text == #"{"loss":2.0,"r2":0.75,"samples":3}"#)
    }

    @Test func metricsFile() throws {
        let scratch = ScratchFolder()
        let folder = try RunFolder.create(scratch.file("run"))
        try folder.writeMetrics(test: Self.classification, validation: Self.regression)
        #expect(
            try String(contentsOfFile: folder.metricsPath, encoding: .utf8) == """
                {
                  "test_loss": 0.5,
                  "test_accuracy": 0.75,
                  "test_samples": 4,
                  "classes": ["a","b"],
                  "confusion_matrix": [
                    [2,1],
                    [0,1]
                  ],
                  "per_class": [
                    {"class":"a","precision":1.0,"recall":\(2.0 / 3),"f1":0.8,"support":3},
                    {"class":"b","precision":0.5,"recall":1.0,"f1":\(2.0 / 3),"support":1}
                  ],
                  "validation_loss": 2.0,
                  "validation_r2": 0.75,
                  "validation_samples": 3
                }

                """)
    }

    @Test func missingEvaluationsAreLeftOut() {
        #expect(Evaluation.metrics(test: nil, validation: nil).page == "{}\n")
        let names = Evaluation.metrics(test: nil, validation: Self.classification)
        guard case .object(let members) = names else { return }
        #expect(
            members.map(\.name) == [
                "validation_loss", "validation_accuracy", "validation_samples", "validation_classes",
                "validation_confusion_matrix", "validation_per_class",
            ])
    }

    @Test func numbersThatJSONCannotRepresent() {
        let text = Evaluation(samples: 0, loss: .nan, score: .regression(r2: -.infinity)).json.text
        #expect(text == #"{"loss":"NaN","r2":"-Infinity","samples":0}"#)
    }
}
