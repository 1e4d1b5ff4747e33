import Testing
import _TestSupport

@testable import FastTrain

/// Rows of a table by the names of their columns give the predictions for a CSV file with these rows.
@Suite struct PredictorTableTests {
    private static let preprocessing = Preprocessing(
        columns: [
            .init(name: "area", kind: .number(.init(offset: 50, divisor: 10), fill: 60, isMarked: true)),
            .init(name: "city", kind: .categories(["Oslo", "Rome"], isMarked: false)),
        ], targets: [.init(name: "price", scale: .init(offset: 100, divisor: 20))])

    private func model(window: Preprocessing.Window? = nil) throws -> Model {
        var preprocessing = Self.preprocessing
        preprocessing.window = window
        let plain = try Rows.model(
            Recipe(), .squaredError, inputs: preprocessing.featureCount, .regression(targets: preprocessing.targetNames)
        )
        return try Model(
            recipe: plain.recipe, featureShape: plain.featureShape, scale: nil, task: plain.task,
            preprocessing: preprocessing, parameters: plain.parameters)
    }

    @Test func predictionsAreInTheUnitsOfTheTable() throws {
        let model = try model()
        let predictor = try Predictor(model)
        let expected = try model.predict(features: [3.45, 0, 0, 1]).restored.values
        #expect(try predictor.predict(["city": "Rome", "area": 84.5]) == expected)
        #expect(try predictor.predict(["city": "Rome", "area": "84.5", "price": 3]) == expected)
        let missing = try model.predict(features: [1, 1, 1, 0]).restored.values
        #expect(try predictor.predict(["city": "Oslo", "area": nil]) == missing)
    }

    @Test func windowsOfATimeSeries() throws {
        let model = try model(window: .init(length: 2, horizon: 1))
        let predictor = try Predictor(model)
        let expected = try model.predict(features: [3.45, 0, 0, 1, 0, 0, 1, 0]).restored.values
        let rows: [[String: TableValue]] = [["city": "Rome", "area": 84.5], ["city": "Oslo", "area": 50]]
        #expect(try predictor.predict(window: rows) == expected)
        #expect(throws: FastTrainError.invalidUse("expected a window of 2 rows, found 1")) {
            try predictor.predict(window: Array(rows.prefix(1)))
        }
        #expect(throws: FastTrainError.invalidUse("the model takes windows of 2 rows, not single rows")) {
            try predictor.predict(rows[0])
        }
    }
}
