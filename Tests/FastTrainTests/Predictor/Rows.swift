import KernelDispatch
import KernelTypes
import _TestSupport

@testable import FastTrain

/// Rows of features, as floats and as bytes, and models to predict them with.
struct Rows: Sendable {
    /// A few more than a chunk of a batch has.
    let count = ForwardPass.maxRowsPerThread + 5
    let floats: [Float]
    let bytes: [UInt8]
    private let inputs: Int

    init(inputs: Int, density: Double) {
        self.inputs = inputs
        var random = TestRandom(91)
        var floats = density < 1 ? random.sparseFloats(count * inputs, density: density) : random.floats(count * inputs)
        bytes = floats.map { $0 == 0 ? 0 : UInt8(1 + abs($0) * 254) }
        // A subnormal number counts as zero.
        floats[0] = Float(bitPattern: 1 << 16)
        self.floats = floats
    }

    func row(_ row: Int) -> [Float] { Array(floats[row * inputs..<(row + 1) * inputs]) }

    /// Returns a model with random parameters and running statistics.
    static func model(_ recipe: Recipe, _ loss: Loss, inputs: Int, _ task: Dataset.Task) throws -> Model {
        var recipe = recipe
        recipe.loss = loss
        let network = recipe.network(inputs: inputs, outputs: recipe.outputs(for: task))
        var parameters = network.initialParameters(recipe)
        var random = TestRandom(92)
        for index in parameters.layers.indices {
            let outputs = parameters.layers[index].outputs
            parameters.layers[index].bias = random.floats(outputs)
            guard network.isNormalized(index) else { continue }
            let running = Parameters.Normalization.Running(
                mean: random.floats(outputs), variance: random.floats(outputs).map { abs($0) + 0.1 }, batches: 3)
            parameters.layers[index].normalization = .init(
                scale: random.floats(outputs), shift: random.floats(outputs),
                running: recipe.normalization == .batch ? running : nil)
        }
        return try Model(recipe: recipe, featureShape: [inputs], scale: nil, task: task, parameters: parameters)
    }

    /// Returns the model for U8 features.
    static func bytes(_ model: Model) throws -> Model {
        try Model(
            recipe: model.recipe, featureShape: model.featureShape, scale: 1 / 255, task: model.task,
            parameters: model.parameters)
    }

    /// Returns the predictions of the scalar kernels' dense products of all rows at once.
    func bulk(of model: Model, _ features: RowsOfFeatures) -> [Float] {
        let pass = ForwardPass(
            network: model.network, recipe: model.recipe, task: model.task, rows: count, density: nil,
            kernels: InstructionSet.scalar.kernels)
        pass.load(model.parameters)
        let outputs = pass.isBinary ? 2 : model.network.outputs
        var values = [Float](repeating: 0, count: count * outputs)
        asInTraining(.bf16) {
            features.withFeatures { features in
                pass.gather(features, indices: (0..<Int32(count)).map { $0 }, rows: 0..<count)
            }
            pass.run(rows: 0..<count)
            pass.turnToPredictions(rows: 0..<count)
            for row in 0..<count {
                for column in 0..<outputs {
                    let value = pass.output(row: row, column: pass.isBinary ? 0 : column)
                    values[row * outputs + column] = pass.isBinary && column == 0 ? 1 - value : value
                }
            }
        }
        return values
    }
}

/// The features of some rows in an array.
enum RowsOfFeatures {
    case f32([Float])
    case u8([UInt8], scale: Float)

    func withFeatures(_ body: (Features) -> Void) {
        switch self {
        case .f32(let values): values.withUnsafeBufferPointer { body(.f32($0.baseAddress!)) }
        case .u8(let bytes, let scale):
            bytes.withUnsafeBufferPointer { body(.u8($0.baseAddress!, scale: scale)) }
        }
    }
}
