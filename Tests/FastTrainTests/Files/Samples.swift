import Foundation
import Testing
import _TestSupport

@testable import FastTrain

/// A folder for one test, removed when the object is released.
final class ScratchFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "fasttrain-test-" + UUID().uuidString
        mkdir(path, 0o777)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Small values to save, with numbers that a careless round trip would lose.
enum Sample {
    static let classes = ["naught", "\"one\"\n", "zwölf"]

    static var recipe: Recipe {
        var recipe = Recipe()
        recipe.hidden = [3]
        recipe.loss = .crossEntropy
        recipe.optimizer = .adamw
        recipe.learningRate = 0.1 + 0.2
        recipe.epsilon = Double(Float.leastNormalMagnitude)
        recipe.weightDecay = 1e-300
        recipe.seed = .max
        return recipe
    }

    /// Parameters of a network with 4 inputs, a hidden layer of 3 units, and 3 outputs.
    static func parameters(from start: Float = 0, outputs: Int = 3) -> Parameters {
        var layers = [Parameters.Layer(inputs: 4, outputs: 3), Parameters.Layer(inputs: 3, outputs: outputs)]
        for layer in layers.indices {
            for index in layers[layer].weight.indices { layers[layer].weight[index] = start + Float(index) / 3 }
            for index in layers[layer].bias.indices { layers[layer].bias[index] = start - Float(index) / 7 }
        }
        layers[0].weight[0] = -0.0
        layers[0].weight[1] = .leastNonzeroMagnitude
        layers[0].weight[2] = .greatestFiniteMagnitude
        return Parameters(layers: layers)
    }

    static func record(_ epoch: Int, stepsPerEpoch: Int = 10) -> EpochRecord {
        EpochRecord(
            epoch: epoch, step: epoch * stepsPerEpoch, trainLoss: 1.0 / 3 / Double(epoch), validationLoss: 0.1 + 0.2,
            validationAccuracy: .leastNonzeroMagnitude, learningRate: 0.001.nextUp, samplesPerSecond: 123_456.789,
            seconds: 1e22)
    }

    static var model: Model {
        Model(
            recipe: recipe, featureShape: [2, 2], scale: 1 / 255, task: .classification(classes: classes),
            parameters: parameters())
    }

    /// A checkpoint of a run with 10 steps per epoch. At step 27, 2 epochs are finished.
    static func checkpoint(
        step: Int = 27, recipe: Recipe = recipe, fingerprint: String = "0123456789abcdef"
    ) -> Checkpoint {
        var optimizer: [String: Parameters] = [:]
        for name in recipe.optimizerState { optimizer[name] = parameters(from: Float(name.count)) }
        let epochs = step / 10
        return Checkpoint(
            recipe: recipe, fingerprint: fingerprint, featureShape: [2, 2], scale: 1 / 255,
            task: .classification(classes: classes),
            state: TrainingState(
                parameters: parameters(), average: recipe.ema == nil ? nil : parameters(from: 5), optimizer: optimizer,
                best: epochs > 0 ? .init(epoch: epochs, parameters: parameters(from: 9)) : nil, step: step,
                lossSum: 1.0 / 3, history: epochs > 0 ? (1...epochs).map { record($0) } : []))
    }
}

/// The parts of a safetensors file, which can be changed and written again with a correct digest.
struct EditableFile {
    var metadata: [String: String]
    var tensors: [(name: String, type: TensorType, shape: [Int], bytes: [UInt8])]

    init(_ path: String) throws {
        let file = try SafeTensors(path: path)
        metadata = file.metadata
        metadata["digest"] = nil
        tensors = file.tensors.map { ($0.name, $0.type, $0.shape, Array(file.bytes(of: $0))) }
    }

    func write(to path: String) throws {
        let copies = tensors.map { tensor in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.bytes.count, alignment: 64)
            copy.copyBytes(from: tensor.bytes)
            return TensorToWrite(
                name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: UnsafeRawBufferPointer(copy))
        }
        try SafeTensorsWriter.write(copies, metadata: metadata, to: path)
    }
}

func readBytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

func writeBytes(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// Runs `body`, which must throw bad data (exit code 65) in `file` at `place`, and returns what was found there.
@discardableResult
func expectBadData(
    _ file: String, _ place: FastTrainError.Place, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch FastTrainError.badData(let badFile, let badPlace, _, let found) {
        #expect(badFile == file, sourceLocation: sourceLocation)
        #expect(badPlace == place, sourceLocation: sourceLocation)
        return found
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
    return ""
}

/// Checks that damage to a file is detected: every single flipped bit and every truncation.
///
/// - Parameters:
///   - path: The path of the file.
///   - readers: The functions that read it, each of which must report what is wrong.
///   - least: The minimum number of damaged versions to expect.
func expectNoticed(
    _ path: String, least: Int, sourceLocation: SourceLocation = #_sourceLocation, by readers: [() throws -> Void]
) {
    let count = Damage.inflictAll(on: path) { damage in
        for (index, read) in readers.enumerated() {
            do {
                try read()
                Issue.record("\(damage): reader \(index) found nothing wrong", sourceLocation: sourceLocation)
            } catch FastTrainError.badData(path, _, let expected, let found) where expected != found {
                continue
            } catch {
                Issue.record("\(damage): reader \(index) says \(error)", sourceLocation: sourceLocation)
            }
        }
    }
    #expect(count >= least, sourceLocation: sourceLocation)
}

/// Returns the exit code of the error that `body` throws: 0 if it throws none, and -1 if the error is not a
/// `FastTrainError`.
func exitCode(_ body: () throws -> Void) -> Int32 {
    do {
        try body()
        return 0
    } catch {
        return (error as? FastTrainError)?.exitCode ?? -1
    }
}

extension Parameters {
    /// The bits of all numbers, so that -0 differs from 0 and a NaN equals itself.
    var bits: [[UInt32]] { layers.flatMap { [$0.weight.map(\.bitPattern), $0.bias.map(\.bitPattern)] } }
}
