import CTestSupport
import CThreadTeam
import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

/// Predictions of one row, of batches and of many tasks are those of the dense products of many rows, to the bit.
@Suite struct PredictorTests {
    // MARK: - The same bits

    @Test(arguments: Activation.allCases, Normalization.allCases)
    func equalsTheBulk(activation: Activation, normalization: Normalization) throws {
        for precision in KernelPrecision.allCases {
            var recipe = Recipe()
            recipe.hidden = [70, 33]
            recipe.activation = [activation]
            recipe.normalization = normalization
            recipe.multiply(in: precision)
            let task = Dataset.Task.classification(classes: ["a", "b", "c"])
            try expectSameBits(Rows.model(recipe, .crossEntropy, inputs: 37, task), "\(precision)")
        }
    }

    @Test(arguments: [[], [5], [17, 150], [300, 129, 64]], [1, 4, 16, 257])
    func equalsTheBulkInAnyShape(hidden: [Int], inputs: Int) throws {
        for precision in KernelPrecision.allCases {
            for outputs in [1, 16, 50] {
                var recipe = Recipe()
                recipe.hidden = hidden
                recipe.multiply(in: precision)
                let task = Dataset.Task.regression(targets: (0..<outputs).map { "t\($0)" })
                try expectSameBits(Rows.model(recipe, .squaredError, inputs: inputs, task), "\(precision) \(outputs)")
            }
        }
    }

    @Test(arguments: Loss.allCases)
    func equalsTheBulkForEachLoss(loss: Loss) throws {
        let tasks = [
            Dataset.Task.classification(classes: ["no", "yes"]), .classification(classes: ["a", "b", "c"]),
            .regression(targets: ["x", "y"]),
        ]
        var recipe = Recipe()
        recipe.hidden = [20]
        for task in tasks where loss.output.fits(task) {
            try expectSameBits(Rows.model(recipe, loss, inputs: 30, task), "\(task)")
        }
    }

    private func expectSameBits(_ model: Model, _ what: String) throws {
        for density in [1, 0.2] {
            let rows = Rows(inputs: model.network.inputs, density: density)
            let expected = rows.bulk(of: model, .f32(rows.floats))
            let scaled = try Rows.bytes(model)
            let expectedOfBytes = rows.bulk(of: scaled, .u8(rows.bytes, scale: 1 / 255))
            for kernels in supportedKernels() {
                let context = "\(what), \(kernels.instructionSet), density \(density)"
                let predictor = Predictor(model, core: PredictorCore(model, kernels))
                let ofBytes = Predictor(scaled, core: PredictorCore(scaled, kernels))
                // The scalar kernels are slow.
                for batch in kernels.instructionSet == .scalar ? [1, 5] : [1, 2, 7, rows.count] {
                    for first in Set([0, rows.count - batch]) {
                        let places = first * predictor.inputs..<(first + batch) * predictor.inputs
                        let answers = first * predictor.outputs..<(first + batch) * predictor.outputs
                        let found = try predictor.predict(Array(rows.floats[places]), threads: batch > 90 ? 2 : nil)
                        #expect(bits(found) == bits(Array(expected[answers])), "\(context), \(batch) rows")
                        let foundOfBytes = try ofBytes.predict(Array(rows.bytes[places]))
                        #expect(bits(foundOfBytes) == bits(Array(expectedOfBytes[answers])), "\(context), bytes")
                    }
                }
            }
        }
    }

    @Test func classIsTheFirstOfTheLargest() throws {
        for classes in [["no", "yes"], ["a", "b", "c"]] {
            var recipe = Recipe()
            recipe.hidden = [8]
            let loss = classes.count == 2 ? Loss.binaryCrossEntropy : .crossEntropy
            let model = try Rows.model(recipe, loss, inputs: 5, .classification(classes: classes))
            let rows = Rows(inputs: 5, density: 1)
            let predictor = try Predictor(model)
            let predictions = try model.predict(features: rows.floats)
            #expect(predictor.classes == classes && predictions.outputs == classes.count)
            #expect(Set((0..<rows.count).map { predictions.bestClass($0) }).count > 1)
            for row in 0..<rows.count {
                #expect(try predictor.predictClass(rows.row(row)) == predictions.bestClass(row))
            }
        }
    }

    // MARK: - Use by many

    @Test func tasksShareAPredictor() async throws {
        var recipe = Recipe()
        recipe.hidden = [100, 50]
        let model = try Rows.model(recipe, .crossEntropy, inputs: 60, .classification(classes: ["a", "b", "c"]))
        let rows = Rows(inputs: 60, density: 0.5)
        let expected = bits(rows.bulk(of: model, .f32(rows.floats)))
        let predictor = try Predictor(model)
        try await withThrowingTaskGroup(of: [UInt32].self) { group in
            for task in 0..<8 {
                group.addTask {
                    var found: [Float] = []
                    for _ in 0..<20 {
                        found = []
                        if task % 4 == 3 { found = try predictor.predict(rows.floats) }
                        for row in found.isEmpty ? 0..<rows.count : 0..<0 {
                            found += try predictor.predict(rows.row(row))
                        }
                    }
                    return bits(found)
                }
            }
            for try await found in group { #expect(found == expected) }
        }
    }

    @Test func poolMakesMemoryBeyondItsSlots() throws {
        let model = try Rows.model(Recipe(), .crossEntropy, inputs: 4, .classification(classes: ["a", "b"]))
        let kernels = InstructionSet.best.kernels
        let network = PredictorCore(model, kernels).network
        let pool = PredictorPool(slots: 1) { PredictorMemory(network, dense: network.plan) }
        let loans = (0..<40).map { _ in pool.take() }
        #expect(Set(loans.map { ObjectIdentifier($0.memory) }).count == 40)
        for loan in loans { pool.giveBack(loan) }
        let again = (0..<16).map { _ in pool.take() }
        #expect(Set(again.map { ObjectIdentifier($0.memory) }).isSubset(of: loans.map { ObjectIdentifier($0.memory) }))
        for loan in again { pool.giveBack(loan) }
    }

    @Test(arguments: KernelPrecision.allCases)
    func neitherAllocatesNorCallsTheSystem(precision: KernelPrecision) throws {
        var recipe = Recipe()
        recipe.hidden = [100, 50]
        recipe.normalization = .batch
        recipe.multiply(in: precision)
        let model = try Rows.model(recipe, .crossEntropy, inputs: 60, .classification(classes: ["a", "b", "c"]))
        let steady = try SteadyState(model)
        steady.predict()
        let before = ft_test_allocations()
        steady.predict()
        #expect(ft_test_allocations() == before)
        if before < 0 { print("SKIPPED: allocations are not counted under a sanitizer") }
        let status = ft_test_without_system_calls(
            { Unmanaged<SteadyState>.fromOpaque($0!).takeUnretainedValue().predict() },
            Unmanaged.passUnretained(steady).toOpaque())
        extendLifetime(steady)
        #expect(status <= 0, "a system call was made")
        if status < 0 { print("SKIPPED: this system cannot forbid system calls") }
    }

    /// Predictions of one row and of batches, of floats and of bytes.
    private final class SteadyState {
        let predictor: Predictor
        let ofBytes: Predictor
        let rows: Rows
        let output: UnsafeMutableBufferPointer<Float>

        init(_ model: Model) throws {
            predictor = try Predictor(model)
            ofBytes = try Predictor(Rows.bytes(model))
            rows = Rows(inputs: predictor.inputs, density: 0.5)
            output = .allocate(capacity: rows.count * predictor.outputs)
            output.initialize(repeating: 0)
        }

        deinit { output.deallocate() }

        func predict() {
            let (floats, bytes) = (rows.floats, rows.bytes)
            do {
                var count = 1
                while count < rows.count {
                    let features = 0..<count * predictor.inputs
                    var target = MutableSpan(
                        _unsafeElements: UnsafeMutableBufferPointer(rebasing: output[0..<count * predictor.outputs]))
                    try predictor.predict(floats.span.extracting(features), into: &target)
                    try ofBytes.predict(bytes.span.extracting(features), into: &target)
                    count *= 3
                }
                _ = try predictor.predictClass(floats.span.extracting(0..<predictor.inputs))
            } catch {
                preconditionFailure("\(error)")
            }
        }
    }

    @Test func leavesTheCallersArithmetic() throws {
        let model = try Rows.model(Recipe(), .crossEntropy, inputs: 4, .classification(classes: ["a", "b"]))
        let predictor = try Predictor(model)
        _ = try predictor.predict([1, 2, 3, 4] as [Float])
        _ = try predictor.predictClass([1, 2, 3, 4] as [Float])
        let tiny = [Float.leastNonzeroMagnitude, 1]
        #expect((tiny[0] * tiny[1]).bitPattern == 1)
    }
}
