import Testing

@testable import FastTrain

/// Bad input to predictions is one clear line, never a crash or an answer to another question.
@Suite struct PredictorErrorTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    private func model(_ inputs: Int = 3, scale: Float? = nil, classes: Int = 2) throws -> Model {
        let names = (0..<classes).map { "c\($0)" }
        let model = try Rows.model(Recipe(), .crossEntropy, inputs: inputs, .classification(classes: names))
        return scale == nil ? model : try Rows.bytes(model)
    }

    // MARK: - Splits

    @Test func splitsOfOtherDataSets() throws {
        let narrow = try SmallData.classes(features: 2)
        let wide = try model(50_000, classes: 3)
        let fault =
            "small classes, 'train.x': expected rows of [50000], as in the model's training data, found rows of [2]"
        #expect(message { _ = try wide.predict(narrow.train) } == fault)
        #expect(message { _ = try wide.predict(narrow.train, rows: [0], threads: 1) } == fault)
        let two = try model(6, classes: 2)
        let more = try SmallData.classes(9, features: 6)
        #expect(
            message { _ = try two.evaluate(more.train) }
                == "small classes, 'train.y': expected 2 classes (c0, c1), as in the model's training data, found 9 "
                + "classes (c0, c1, c2, …)")
        #expect(message { _ = try two.evaluate(more.train, rows: [0], threads: 1) }.contains("9 classes"))
        #expect(message { _ = try two.evaluate(SmallData.values().train) }.contains("the targets t0, t1"))
        #expect(message { _ = try model(6, scale: 1).predict(more.train) }.contains("U8 features of scale"))
        // The features alone must agree to predict.
        #expect(message { _ = try two.predict(more.train) } == "no error")
    }

    @Test func splitsCarryTheirDescription() throws {
        let data = try SmallData.values(rows: 7)
        #expect(data.train.name == "small values" && data.train.featureShape == [6] && data.train.task == data.task)
        #expect(data.train.labelCounts.isEmpty && data.train.featureCount == 6)
        #expect(try SmallData.classes(rows: 9).train.labelCounts.reduce(0, +) == 9)
    }

    // MARK: - Models

    @Test func modelsWhosePartsDoNotFit() throws {
        let good = try model()
        func refused(_ change: (inout NetworkDescription, inout Parameters) -> Void) -> String {
            var (description, parameters) = (good.description, good.parameters)
            change(&description, &parameters)
            return message {
                _ = try Model(
                    recipe: description.recipe, featureShape: description.featureShape, scale: description.scale,
                    task: description.task, preprocessing: description.preprocessing, parameters: parameters)
            }
        }
        #expect(refused { _, _ in } == "no error")
        let misfit = "the model's parameters do not fit the network 3-256-128-2"
        #expect(refused { $1.layers[0].weight.removeLast() } == misfit)
        #expect(refused { $1.layers[2].bias.append(0) } == misfit)
        #expect(refused { $1.layers.removeAll() } == misfit)
        #expect(refused { $1.layers[0].normalization = .init(scale: [1], shift: [1]) } == misfit)
        #expect(refused { description, _ in description.featureShape = [.max, 2] }.contains("feature shape"))
        #expect(refused { description, _ in description.featureShape = [] }.contains("feature shape"))
        #expect(refused { description, _ in description.task = .classification(classes: []) }.contains("loss"))
        #expect(refused { description, _ in description.task = .regression(targets: ["a", "b"]) }.contains("loss"))
        #expect(refused { description, _ in description.recipe.loss = nil }.contains("found none"))
        #expect(refused { description, _ in description.recipe.hidden = [0] } != "no error")
    }

    // MARK: - Rows

    @Test func rowsThatDoNotFit() throws {
        let predictor = try Predictor(model())
        #expect(message { _ = try predictor.predict([] as [Float]) } == "expected rows of 3 features, found 0 numbers")
        #expect(
            message { _ = try predictor.predict([1, 2] as [Float]) } == "expected rows of 3 features, found 2 numbers")
        #expect(message { _ = try predictor.predictClass([1, 2] as [Float]) }.contains("a row of 3 features"))
        #expect(
            message { _ = try predictor.predictClass([1, 2, 3, 4, 5, 6] as [Float]) }.contains("a row of 3 features"))
        let row: [Float] = [1, 2, 3]
        for count in [0, 1, 3, 4] {
            var output = [Float](repeating: 7, count: count)
            let text = message {
                var target = output.mutableSpan
                try predictor.predict(row.span, into: &target)
            }
            #expect(text == "expected room for 1 × 2 predictions, found \(count)")
            #expect(output == [Float](repeating: 7, count: count))
        }
        #expect(
            message { _ = try predictor.predict([1, 2, 3, 4, .nan, 6]) }
                == "features, row 1: expected finite numbers, found nan in column 1")
        #expect(
            message { _ = try predictor.predictClass([1, 2, -.infinity] as [Float]) }
                == "features, row 0: expected finite numbers, found -inf in column 2")
        #expect(
            message { _ = try predictor.predict([1, 2, 3] as [Float], threads: 0) }.contains("from 1 to 1024, found 0"))
    }

    @Test func featuresOfTheOtherType() throws {
        let floats = try Predictor(model())
        let bytes = try Predictor(model(scale: 1 / 255))
        let expected = "expected F32 features, which the model was trained on, found U8"
        #expect(message { _ = try floats.predict([1, 2, 3] as [UInt8]) } == expected)
        #expect(message { _ = try floats.predictClass([1, 2, 3] as [UInt8]) } == expected)
        #expect(message { _ = try bytes.predict([1, 2, 3] as [Float]) }.contains("expected U8 features"))
        #expect(message { _ = try bytes.predictClass([1, 2, 3] as [Float]) }.contains("expected U8 features"))
    }

    @Test func classOfAModelOfNumbers() throws {
        let numbers = try Predictor(Rows.model(Recipe(), .squaredError, inputs: 2, .regression(targets: ["y"])))
        #expect(numbers.classes.isEmpty)
        #expect(
            message { _ = try numbers.predictClass([1, 2] as [Float]) } == "the model predicts numbers, not classes")
        #expect(
            message { _ = try numbers.predict(["x": 1]) } == "the model was not trained on a table: pass its features")
    }
}
