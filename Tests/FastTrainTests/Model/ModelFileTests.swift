import Foundation
import Testing

@testable import FastTrain

@Suite struct ModelFileTests {
    private let folder = ScratchFolder()
    private var path: String { folder.file("model.safetensors") }

    @Test func roundTripIsExact() throws {
        try Sample.model.save(to: path)
        let read = try Model(path: path)
        #expect(read == Sample.model)
        #expect(read.parameters.bits == Sample.model.parameters.bits)
        #expect(read.scale?.bitPattern == Sample.model.scale?.bitPattern)
        let first = try readBytes(path)
        try read.save(to: path)
        #expect(try readBytes(path) == first)
    }

    @Test func regressionWithoutScaleOrHiddenLayer() throws {
        var recipe = Recipe()
        recipe.hidden = []
        recipe.loss = .squaredError
        let model = try Model(
            recipe: recipe, featureShape: [4], scale: nil, task: .regression(targets: ["y"]),
            parameters: Parameters(layers: [
                .init(inputs: 4, outputs: 1, weight: [1, .nan, -0.0, 3], bias: [.infinity], normalization: nil)
            ]))
        try model.save(to: path)
        let read = try Model(path: path)
        #expect(read.parameters.bits == model.parameters.bits)
        #expect(read.scale == nil)
        #expect(read.task == model.task)
        #expect(read.recipe == recipe)
    }

    @Test func aRunFolderIsReadAsItsModel() throws {
        try Sample.model.save(to: path)
        #expect(try Model(path: folder.path) == Sample.model)
    }

    @Test func aCheckpointIsReadAsItsBestModel() throws {
        let checkpoint = Sample.checkpoint()
        try checkpoint.save(to: path)
        #expect(try Model(path: path).parameters == checkpoint.state.best?.parameters)
        let early = Sample.checkpoint(step: 3)
        try early.save(to: path)
        #expect(try Model(path: path).parameters == early.state.parameters)
    }

    @Test func missingFile() {
        #expect(throws: FastTrainError.noInput(path: path, reason: "No such file or directory")) {
            try Model(path: path)
        }
    }

    /// The readers are prediction, starting a run from the parameters, and inspecting the file.
    @Test func everyFlippedBitAndTruncationIsDetected() throws {
        let path = path
        let model = Sample.model
        let network = Network(inputs: 4, hidden: [3], outputs: 3)
        try model.save(to: path)
        expectNoticed(
            path, least: 9000,
            by: [
                { _ = try Model(path: path) }, { _ = try Model.loadParameters(path: path, of: network) },
                { _ = try FileDescription(path: path) },
            ])
        try model.save(to: path)
        try writeBytes(try readBytes(path) + [0], to: path)
        #expect(exitCode { _ = try Model(path: path) } == 65)
    }

    @Test(arguments: [
        ("format", "fasttrain.dataset.v1"), ("format", "fasttrain.model.v2"), ("format", nil), ("recipe", nil),
        ("recipe", "{"), ("recipe", "[]"), ("recipe", ""), ("task", nil), ("task", "clustering"), ("classes", nil),
        ("classes", "[]"), ("classes", "[1,2,3]"), ("classes", "a,b,c"), ("classes", #"["a","b","a"]"#),
        ("feature_shape", nil), ("feature_shape", "4"),
        ("feature_shape", "[]"), ("feature_shape", "[0]"), ("feature_shape", "[-4,-1]"), ("feature_shape", "[2.5]"),
        ("feature_shape", "[4294967296,4294967296]"), ("x_scale", "big"), ("x_scale", "nan"), ("x_scale", "1e999"),
    ]) func wrongEntriesAreNamed(key: String, value: String?) throws {
        try Sample.model.save(to: path)
        var file = try EditableFile(path)
        file.metadata[key] = value
        try file.write(to: path)
        expectBadData(path, .named(key)) { _ = try Model(path: path) }
    }

    @Test(arguments: [
        ("loss", JSON.null), ("activation", .string("swish")), ("batch_size", .integer(0)),
        ("hidden", .array([.integer(0)])), ("novel", .bool(true)),
    ]) func wrongRecipesAreNamed(name: String, value: JSON) throws {
        try Sample.model.save(to: path)
        var file = try EditableFile(path)
        guard case .object(var members) = Sample.recipe.json else { return }
        members.removeAll { $0.name == name }
        file.metadata["recipe"] = JSON.object(members + [.init(name, value)]).text
        try file.write(to: path)
        expectBadData(path, .named("recipe." + name)) { _ = try Model(path: path) }
    }

    @Test func crossEntropyNeedsClasses() throws {
        try Sample.model.save(to: path)
        var file = try EditableFile(path)
        file.metadata["task"] = "regression"
        file.metadata["targets"] = #"["a","b","c"]"#
        try file.write(to: path)
        expectBadData(path, .named("recipe.loss")) { _ = try Model(path: path) }
    }

    @Test func aFileWithoutDigestIsRefused() throws {
        try Sample.model.save(to: path)
        let whole = try readBytes(path)
        let key = Array("\"digest\"".utf8)
        let at = try #require(whole.indices.first { whole[$0...].starts(with: key) })
        var renamed = whole
        renamed[at + 1] = UInt8(ascii: "D")
        try writeBytes(renamed, to: path)
        #expect(exitCode { _ = try Model(path: path) } == 65)
    }

    /// The error names the tensor and what the file has in its place.
    @Test func errorsNameTheDifferentTensor() throws {
        func found(_ name: String, _ edit: (inout EditableFile) -> Void) throws -> String {
            try Sample.model.save(to: path)
            var file = try EditableFile(path)
            edit(&file)
            try file.write(to: path)
            return expectBadData(path, .named(name)) { _ = try Model(path: path) }
        }
        #expect(try found("2.weight") { $0.tensors.removeAll { $0.name == "2.weight" } } == "no such tensor")
        #expect(try found("0.weight") { $0.tensors[index($0, "0.weight")].shape = [4, 3] } == "F32 [4, 3]")
        #expect(try found("0.bias") { $0.tensors[index($0, "0.bias")].type = .i32 } == "I32 [3]")
        #expect(try found("0.bias") { $0.tensors[index($0, "0.bias")].shape = [3, 1] } == "F32 [3, 1]")
        #expect(try found("4.bias") { $0.tensors.append(("4.bias", .f32, [1], [0, 0, 0, 0])) } == "F32 [1]")
        #expect(try found("0.weight") { $0.metadata["feature_shape"] = "[5]" } == "F32 [3, 4]")
        #expect(try found("2.weight") { $0.metadata["classes"] = #"["a","b"]"# } == "F32 [3, 3]")
    }

    private func index(_ file: EditableFile, _ name: String) -> Int { file.tensors.firstIndex { $0.name == name }! }

    @Test func aFolderIsNotReplaced() throws {
        mkdir(path, 0o777)
        #expect(exitCode { try Sample.model.save(to: path) } == 73)
        #expect(exitCode { try Sample.model.save(to: folder.file("no/such/folder")) } == 73)
    }
}

@Suite struct ModuleTests {
    @Test func layersHavePyTorchsPositions() {
        func modules(_ dropout: [Double], input: Double = 0, _ normalization: Normalization = .none) -> [Int] {
            var recipe = Recipe()
            recipe.normalization = normalization
            recipe.hidden = [5, 4]
            recipe.dropout = dropout
            recipe.inputDropout = input
            return (0...2).map(recipe.moduleIndex)
        }
        #expect(modules([]) == [0, 2, 4])
        #expect(modules([0]) == [0, 2, 4])
        #expect(modules([0.5]) == [0, 3, 6])
        #expect(modules([0.5, 0]) == [0, 3, 5])
        #expect(modules([0, 0.5], input: 0.1) == [1, 3, 6])
        #expect(modules([0, 0.5], input: 0.1, .batch) == [1, 4, 8])
    }
}

@Suite struct InitialParametersTests {
    private let folder = ScratchFolder()
    private var path: String { folder.file("init.safetensors") }

    private func write(_ parameters: Parameters, modules: [Int] = [0, 2], extra: [TensorToWrite] = []) throws {
        let network = Network(inputs: 4, hidden: [3], outputs: 3)
        let tensors = ParameterTensors(network, modules: modules, prefix: "", suffix: "", hasRunning: true)
        try SafeTensorsWriter.write(tensors.write(parameters) + extra, metadata: [:], to: path)
    }

    private func load(hidden: [Int] = [3], normalization: Normalization = .none) throws -> Parameters {
        try Model.loadParameters(
            path: path, of: Network(inputs: 4, hidden: hidden, outputs: 3, normalization: normalization))
    }

    @Test func filesOfAnyOrigin() throws {
        try write(Sample.parameters(), extra: [TensorToWrite(name: "running_mean", shape: [1], floats: [1])])
        #expect(try load().bits == Sample.parameters().bits)
        try Sample.model.save(to: path)
        #expect(try load().bits == Sample.parameters().bits)
        try Sample.checkpoint().save(to: path)
        #expect(try load().bits == Sample.parameters().bits)
    }

    @Test(arguments: [Normalization.batch, .layer])
    func normalizationsFollowTheirLayers(normalization: Normalization) throws {
        let network = Network(inputs: 4, hidden: [3], outputs: 3, normalization: normalization)
        var recipe = Recipe()
        recipe.hidden = [3]
        var parameters = network.initialParameters(recipe)
        parameters.layers[0].normalization!.scale = [1, 2, 3]
        parameters.layers[0].normalization!.running?.mean = [4, 5, 6]
        parameters.layers[0].normalization!.running?.batches = 7
        func write(_ parameters: Parameters) throws {
            let tensors = ParameterTensors(network, modules: [0, 3], prefix: "", suffix: "", hasRunning: true)
            try SafeTensorsWriter.write(tensors.write(parameters), metadata: [:], to: path)
        }
        try write(parameters)
        #expect(try load(normalization: normalization) == parameters)
        recipe.normalization = normalization
        recipe.loss = .crossEntropy
        let model = try Model(
            recipe: recipe, featureShape: [4], scale: nil, task: .classification(classes: ["a", "b", "c"]),
            parameters: parameters)
        #expect(model.network == network && model.network.parameterCount == parameters.count)
        let none = #expect(throws: FastTrainError.self) { try load() }
        #expect("\(none!)".contains("no normalization"))
        // The normalization follows the activation.
        let late = ["weight", "bias"].map { TensorToWrite(name: "2.\($0)", shape: [3], floats: [1, 1, 1]) }
        try self.write(Sample.parameters(), modules: [0, 3], extra: late)
        let displaced = #expect(throws: FastTrainError.self) { try load(normalization: normalization) }
        #expect("\(displaced!)".contains("right after"))
        parameters.layers[0].normalization!.shift[1] = .nan
        try write(parameters)
        let infinite = #expect(throws: FastTrainError.self) { try load(normalization: normalization) }
        #expect("\(infinite!)".contains("1.bias"))
    }

    /// Dropout is a module of `nn.Sequential` without tensors, whether or not the new run has any.
    @Test func modulesBetweenTheLayersDoNotMatter() throws {
        try write(Sample.parameters(), modules: [1, 4])
        #expect(try load().bits == Sample.parameters().bits)
    }

    /// Names that are not module positions are ignored, like those of other tensors.
    @Test func namesThatAreNotPositionsAreIgnored() throws {
        let names = ["9223372036854775807", "99999999999999999999", "-1", "+0", "007"]
        try write(
            Sample.parameters(),
            extra: names.map { TensorToWrite(name: $0 + ".weight", shape: [1], floats: [1]) })
        #expect(try load().bits == Sample.parameters().bits)
        expectBadData(path, .named("4.weight")) { _ = try load(hidden: [3, 3]) }
    }

    @Test func errorsNameTheDifference() throws {
        try write(Sample.parameters())
        expectBadData(path, .named("0.weight")) { _ = try load(hidden: [5]) }
        expectBadData(path, .named("2.weight")) { _ = try load(hidden: []) }
        expectBadData(path, .named("2.weight")) { _ = try load(hidden: [3, 4]) }
        expectBadData(path, .named("4.weight")) { _ = try load(hidden: [3, 3]) }
    }

    @Test func numbersMustBeFinite() throws {
        var parameters = Sample.parameters()
        parameters.layers[1].bias[2] = .nan
        try write(parameters)
        #expect(expectBadData(path, .named("2.bias")) { _ = try load() } == "nan at element 2")
    }

    @Test func damageIsDetected() throws {
        try write(Sample.parameters())
        var damaged = try readBytes(path)
        damaged[damaged.count - 1] ^= 1
        try writeBytes(damaged, to: path)
        #expect(throws: FastTrainError.self) { try load() }
    }
}
