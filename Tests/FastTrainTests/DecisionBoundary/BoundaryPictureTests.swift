import FastTrainPictures
import Testing

@testable import FastTrain

/// The picture of a model whose predictions are known: class 0 left of x1 = 1 and class 1 right of it.
@Suite struct BoundaryPictureTests {
    private func model(
        _ task: Dataset.Task = .classification(classes: ["left", "right"]), scale: Float? = nil,
        preprocessing: Preprocessing? = nil
    ) -> Model {
        var layer = Parameters.Layer(inputs: 2, outputs: 2)
        layer.weight = [0, 0, 40, 0]
        layer.bias = [0, -40]
        var recipe = Recipe()
        recipe.hidden = []
        recipe.loss = .crossEntropy
        if case .regression = task { recipe.loss = .squaredError }
        return try! Model(
            recipe: recipe, featureShape: [2], scale: scale, task: task, preprocessing: preprocessing,
            parameters: Parameters(layers: [layer]))
    }

    private func data() throws -> Dataset {
        try Dataset(
            name: "two points", features: [0, 0, 2, 2], featureShape: [2], labels: [0, 1], classes: ["left", "right"])
    }

    @Test func colorsFollowTheClasses() throws {
        let picture = try BoundaryPicture(model(), xRange: 0...3, yRange: -1...1)
        let canvas = picture.drawn()
        // The plane's 601 pixels begin at 92 and have a frame; x1 = 1 lies at a third of the width.
        let row = 300
        let left = PixelColor.white.mixed(.category(0), 0.6)
        let right = PixelColor.white.mixed(.category(1), 0.6)
        #expect(canvas[100, row] == left)
        #expect(canvas[680, row] == right)
        let line = (94..<691).filter { canvas[$0, row].red < 100 && canvas[$0, row].blue < 100 }
        #expect(line == [292, 293] || line == [291, 292])
    }

    @Test func bytesAreScaled() throws {
        let canvas = try BoundaryPicture(model(scale: 0.5), xRange: 0...3, yRange: -1...1).drawn()
        let line = (94..<691).filter { canvas[$0, 300].red < 100 && canvas[$0, 300].blue < 100 }
        #expect(line == [492, 493] || line == [491, 492])
    }

    @Test func rangesFollowTheData() throws {
        let picture = try BoundaryPicture(model(), data: data())
        #expect(picture.xRange.lowerBound < 0 && picture.xRange.lowerBound > -0.5)
        #expect(picture.xRange.upperBound > 2 && picture.xRange.upperBound < 2.5)
        // A point has the color of its class at its position.
        let canvas = picture.drawn()
        let share = (0 - picture.xRange.lowerBound) / (picture.xRange.upperBound - picture.xRange.lowerBound)
        let place = 92 + Int((share * 600).rounded())
        #expect(canvas[place, canvas.height - 66 - 1 - (place - 92)] == .category(0))
    }

    @Test func numbersHaveAColorScale() throws {
        let task = Dataset.Task.regression(targets: ["a", "b"])
        let canvas = try BoundaryPicture(model(task), xRange: 0...1, yRange: 0...1, target: "b").drawn()
        #expect(canvas[92, 300] == .ramp(0))
        #expect(canvas[692, 300] == .ramp(1))
    }

    /// Finite weights can lead to infinite outputs and to NaN.
    @Test(arguments: [
        Dataset.Task.classification(classes: ["left", "right"]), .regression(targets: ["a", "b"]),
    ])
    func outputsOfAnyMagnitude(task: Dataset.Task) throws {
        var layer = Parameters.Layer(inputs: 2, outputs: 2)
        layer.weight = [3e38, -3e38, -3e38, 3e38]
        let target: String? = if case .regression = task { "b" } else { nil }
        let model = try Model(
            recipe: model(task).recipe, featureShape: [2], scale: nil, task: task,
            parameters: Parameters(layers: [layer]))
        for range in [-1.0...1, -3e38...3e38] {
            #expect(try !BoundaryPicture(model, xRange: range, yRange: range, target: target).png().isEmpty)
        }
        for range in [0...1e39, -1.7e308...1.7e308] {
            expectUsage("yRange: expected numbers within single precision, found \(range)") {
                try BoundaryPicture(model, xRange: 0...1, yRange: range, target: target)
            }
        }
    }

    /// A model of a table's columns, the first of which is 10 + 2 · x1.
    private static let columns = [
        Preprocessing.Column(
            name: "age", kind: .number(.init(offset: 10, divisor: 2), fill: nil, isMarked: false)),
        Preprocessing.Column(name: "size", kind: .number(.init(offset: -1, divisor: 4), fill: nil, isMarked: false)),
    ]

    @Test func axesHaveTheUnitsOfTheTable() throws {
        let prepared = model(preprocessing: Preprocessing(columns: Self.columns, targets: [.init(name: "side")]))
        let canvas = try BoundaryPicture(prepared, xRange: 10...16, yRange: -1...1).drawn()
        let line = (94..<691).filter { canvas[$0, 300].red < 100 && canvas[$0, 300].blue < 100 }
        #expect(line == [292, 293] || line == [291, 292])  // x = 12, at a third of the width
    }

    @Test func pointsAndNumbersHaveTheUnitsOfTheTable() throws {
        let scratch = ScratchFolder()
        let (table, file) = (scratch.file("ages.csv"), scratch.file("ages.safetensors"))
        let rows = (0..<40).map { "\(20 + $0),\(150 + $0 % 7),\(1000 * $0).5\n" }
        try ("age,size,pay\n" + rows.joined()).write(toFile: table, atomically: false, encoding: .utf8)
        let data = try TableConversion.write(table: table, options: TableOptions(targets: ["pay"]), to: file)
        var recipe = Recipe()
        recipe.hidden = []
        recipe.epochs = 1
        let model = try Training(recipe, on: data).train().model
        let picture = try BoundaryPicture(model, data: data)
        #expect(picture.axisNames == ["age", "size"])
        #expect(abs(picture.xRange.lowerBound - (20 - 0.08 * 39)) < 1e-4)
        #expect(abs(picture.yRange.upperBound - (156 + 0.08 * 6)) < 1e-4)
        for point in picture.points { #expect(abs(point.value - 1000 * (point.x - 20) - 0.5) < 0.1) }
        // The plane is also in the column's units: at a row's position it has the value that `predict` returns for the
        // row.
        let predictions = try model.predict(data.train).restored
        for row in [0, 17, 31] {
            let point = picture.points[row]
            let x = (point.x - picture.xRange.lowerBound) / (picture.xRange.upperBound - picture.xRange.lowerBound)
            let y = (point.y - picture.yRange.lowerBound) / (picture.yRange.upperBound - picture.yRange.lowerBound)
            #expect(abs(picture.survey.outputs(atX: x, y: y)[0] - Double(predictions.values[row])) < 1)
        }
    }

    @Test func equalPicturesHaveEqualBytes() throws {
        #expect(try BoundaryPicture(model(), data: data()).png() == BoundaryPicture(model(), data: data()).png())
    }

    @Test func refusals() throws {
        expectUsage("xRange: expected a range such as -1,1, because there is no data to derive it from") {
            try BoundaryPicture(model())
        }
        expectUsage("grid: expected 2 to 2001, found 1") {
            try BoundaryPicture(model(), data: data(), grid: 1)
        }
        expectUsage("`target`: this model predicts classes, not numbers") {
            try BoundaryPicture(model(), data: data(), target: "a")
        }
        let numbers = model(.regression(targets: ["a", "b"]))
        expectUsage("target: expected one of a, b, found none") {
            try BoundaryPicture(numbers, xRange: 0...1, yRange: 0...1)
        }
        #expect(throws: FastTrainError.self) { try BoundaryPicture(numbers, data: data()) }
        let four = Sample.model
        let error = #expect(throws: FastTrainError.self) { try BoundaryPicture(four, name: "run") }
        #expect(error?.description == "run: expected a model with two inputs, found 4")
        #expect(error?.exitCode == 65)
    }
}
