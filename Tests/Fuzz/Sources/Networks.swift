@testable import FastTrain
@testable import FastTrainData
@testable import FastTrainSupport

let networkParsers = [
    Parser(name: "model", test: testModel),
    Parser(name: "parameters", test: testParameters),
    Parser(name: "rows", test: testRows),
]

private let checkpointLine = Array("format=\(Checkpoint.format)\n".utf8)

/// Reads an assembled model or checkpoint. An accepted one is saved and must be read back unchanged. An input whose
/// first line does not claim the right kind is read only one time in four, because a refusal is all that can come of
/// it.
private func testModel(_ bytes: UnsafeRawBufferPointer) {
    guard let file = Assembly.file(bytes) else { return }
    let path = file.withUnsafeBytes { Scratch.write("input.safetensors", $0) }
    let isCheckpoint = bytes.starts(with: checkpointLine)
    if !isCheckpoint || isOneInFour(bytes),
        let model = reading({ () throws(FastTrainError) in try Model(path: path) })
    {
        checkCopies(of: model, read: Model.init(path:)) { model, path throws(FastTrainError) in
            try model.save(to: path)
        }
    }
    if isCheckpoint || isOneInFour(bytes),
        let state = reading({ () throws(FastTrainError) in try Checkpoint(path: path) })
    {
        checkCopies(of: state, read: Checkpoint.init(path:)) { state, path throws(FastTrainError) in
            try state.save(to: path)
        }
    }
}

/// Reads the parameters of a foreign assembled file, for one of a few networks chosen by the length of the file: they
/// must have the right shapes and be finite.
private func testParameters(_ bytes: UnsafeRawBufferPointer) {
    guard let file = Assembly.file(bytes) else { return }
    let path = file.withUnsafeBytes { Scratch.write("input.safetensors", $0) }
    let networks: [([Int], Normalization)] = [([], .none), ([3], .none), ([3], .batch), ([2, 2], .layer)]
    let (hidden, normalization) = networks[bytes.count % networks.count]
    let network = Network(inputs: 2, hidden: hidden, outputs: 2, normalization: normalization)
    let parameters = reading { () throws(FastTrainError) in
        try Model.loadParameters(path: path, of: network)
    }
    guard let parameters else { return }
    expect(network.fits(parameters), "parameters of another network")
    for layer in parameters.layers {
        expect((layer.weight + layer.bias).allSatisfy(\.isFinite), "numbers that are not finite")
    }
}

/// Reads a table for a model. The first line is the model's `preprocessing`, the second its classes or, after a `=`,
/// its targets; the table follows.
private func testRows(_ bytes: UnsafeRawBufferPointer) {
    var input = Input(bytes)
    let settings = input.byte()
    guard let preprocessing = input.textLine(), var names = input.textLine(),
        let prepared = try? Preprocessing(metadata: [Preprocessing.key: preprocessing], file: "input")
    else { return }
    let isRegression = names.first == "="
    if isRegression { names.removeFirst() }
    guard case .array(let list)? = try? JSON(parsing: names, file: "input"), list.count < 100,
        prepared.columns.count < 1000, (prepared.window?.length ?? 1) < 100, prepared.featureCount < 100
    else { return }
    var recipe = Recipe()
    recipe.hidden = []
    recipe.loss = isRegression ? .squaredError : .crossEntropy
    let file = Assembly.file(
        [
            ("format", Model.format), ("digest", "xxh64:0000000000000000"), ("recipe", recipe.json.text),
            ("feature_shape", "[\(prepared.featureCount)]"), ("task", isRegression ? "regression" : "classification"),
            (isRegression ? "targets" : "classes", names), (Preprocessing.key, preprocessing),
        ],
        [
            ("0.weight", "F32", [list.count, prepared.featureCount]), ("0.bias", "F32", [list.count]),
        ], data: [])
    guard let file else { return }
    let modelPath = file.withUnsafeBytes { Scratch.write("input.safetensors", $0) }
    guard let model = reading({ () throws(FastTrainError) in try Model(path: modelPath) }),
        let preprocessing = model.preprocessing
    else { return }
    var format = CSVFormat()
    format.hasHeader = settings & 1 == 0
    let path = Scratch.write("input.csv", input.rest)
    func open() throws(FastTrainError) -> TableRows {
        try TableRows(
            path: path, format: format, preprocessing, task: model.task,
            unknown: settings & 2 == 0 ? .refused : .ignore)
    }
    _ = reading { () throws(FastTrainError) in
        var rows = try open()
        while let (features, numbers) = try rows.next(maxCount: 3) {
            expect(features.count == numbers.count * preprocessing.featureCount, "\(features.count) features")
            expect(features.allSatisfy(\.isFinite), "a feature that is not finite")
        }
    }
    _ = reading(orUsage: true) { () throws(FastTrainError) in try open().dataset() }
}
