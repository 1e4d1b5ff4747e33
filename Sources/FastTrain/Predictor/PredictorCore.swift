import KernelDispatch
import KernelTypes
import Platform

/// The packed weights of a model, and the pool of memory for predictions.
final class PredictorCore: Sendable {
    let inputs: Int
    let outputs: Int
    /// The network; its passes share the weights.
    let network: ForwardPass
    private let pool: PredictorPool
    /// The number of multiply-adds for a row.
    private let work: Int
    private let cpus: Int

    /// The largest number of rows that are predicted one by one.
    ///
    /// On Zen 3 (AVX2, a busy machine), thousand rows per second of a batch, and one by one in brackets:
    ///
    ///                             2 rows      3 rows      4 rows      6 rows
    ///     784-256-128-10, MNIST   37 (77)     47 (73)     61 (76)     100 (77)
    ///     784-256-128-10, dense   35 (28)     33 (25)     45 (27)     52 (33)
    ///     784-1024-1024-10, MNIST 4.7 (6.0)   5.9 (5.8)   7.7 (5.4)   9.2 (6.3)
    ///     784-1024-1024-10, dense 3.4 (3.9)   3.7 (3.3)   5.8 (3.6)   6.6 (3.9)
    private static let maxSingleRows = 3
    /// The number of multiply-adds from which one more thread takes part. They take half a millisecond or more on Zen
    /// 3, where starting a team of two takes 15 µs.
    private static let minWorkPerThread = 1 << 24

    /// Packs a model's weights for the chosen instruction set. Throws the errors of `InstructionSet.chosen()`.
    convenience init(_ model: Model) throws(FastTrainError) {
        self.init(model, try InstructionSet.chosen().kernels)
    }

    /// Packs a model's weights for some kernels.
    init(_ model: Model, _ kernels: KernelTable) {
        let shape = model.network
        network = ForwardPass(
            network: shape, recipe: model.recipe, task: model.task, rows: 0,
            density: FeatureDensity(uniform: 0, width: shape.inputs), kernels: kernels)
        network.load(model.parameters)
        inputs = shape.inputs
        outputs = network.isBinary ? 2 : shape.outputs
        work = zip(shape.widths, shape.widths.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        cpus = CPUs.usable().count
        let dense = StepPlan(shape, recipe: model.recipe, density: nil, threads: 1, kernels: kernels)
        pool = PredictorPool(slots: 4 * cpus) { [network] in PredictorMemory(network, dense: dense) }
    }

    /// Predicts rows.
    ///
    /// - Parameters:
    ///   - features: The features of the model's kind, finite.
    ///   - rows: The number of rows, at least 1.
    ///   - indices: The index of each row in the features; `nil` means all rows in order.
    ///   - output: Receives the predictions, [rows, outputs].
    ///   - threads: The number of threads; `nil` means one, or a team for very many rows.
    /// - Throws: `.invalidUse` for a number of threads out of range; the errors of a team.
    func predict(
        _ features: Features, rows: Int, indices: UnsafePointer<Int32>?, into output: UnsafeMutablePointer<Float>,
        threads: Int?
    ) throws(FastTrainError) {
        let team = if let threads { try ThreadCount.checked(threads) } else { defaultThreads(rows: rows) }
        if team == 1 {
            let state = ft_flush_subnormals()
            predictAlone(features, indices: indices, 0..<rows, into: output)
            ft_restore_arithmetic(state)
            return
        }
        let call = Call(features: features, indices: indices, output: output)
        try Team.run(threads: team) { [self] member throws(FastTrainError) in
            predictAlone(call.features, indices: call.indices, member.share(of: rows), into: call.output)
        }
    }

    /// The memory of a call. `@unchecked Sendable`: it is read, except for the output, of which each member of the team
    /// writes its own rows.
    private struct Call: @unchecked Sendable {
        let features: Features
        let indices: UnsafePointer<Int32>?
        let output: UnsafeMutablePointer<Float>
    }

    private func defaultThreads(rows: Int) -> Int {
        let (total, overflow) = work.multipliedReportingOverflow(by: rows)
        return overflow ? cpus : max(1, min(cpus, total / Self.minWorkPerThread))
    }

    /// Predicts some rows on the calling thread. Subnormal numbers are zero on it.
    @inline(never)
    private func predictAlone(
        _ features: Features, indices: UnsafePointer<Int32>?, _ rows: Range<Int>,
        into output: UnsafeMutablePointer<Float>
    ) {
        let loan = pool.take()
        defer { pool.giveBack(loan) }
        if rows.count <= Self.maxSingleRows {
            let single = loan.memory.single
            for row in rows {
                let index = indices.map { Int($0[row]) } ?? row
                single.predict(features.from(index * inputs))
                single.copy(to: output + row * outputs)
            }
        } else {
            loan.memory.batch.predict(features, indices: indices, rows, into: output)
        }
    }

    /// Returns the class predicted for one row.
    func bestClass(_ row: Features) -> Int {
        let state = ft_flush_subnormals()
        defer { ft_restore_arithmetic(state) }
        return bestClassAlone(row)
    }

    @inline(never)
    private func bestClassAlone(_ row: Features) -> Int {
        let loan = pool.take()
        defer { pool.giveBack(loan) }
        let single = loan.memory.single
        single.predict(row)
        return single.bestClass
    }

    /// Throws `.badData` for the first feature that is not finite, with its row and column.
    func checkFinite(_ features: UnsafeBufferPointer<Float>) throws(FastTrainError) {
        // Infinity and NaN have the largest bits. The compiler vectorizes this loop.
        var largest: UInt32 = 0
        for feature in features { largest = max(largest, feature.bitPattern & 0x7fff_ffff) }
        guard largest >= Float.infinity.bitPattern, let index = features.firstIndex(where: { !$0.isFinite }) else {
            return
        }
        throw .badData(
            file: "features", place: .row(index / inputs), expected: "finite numbers",
            found: "\(features[index]) in column \(index % inputs)")
    }
}

extension Features {
    /// Returns the features from an element on.
    func from(_ element: Int) -> Features {
        switch self {
        case .u8(let bytes, let scale): .u8(bytes + element, scale: scale)
        case .f32(let values): .f32(values + element)
        }
    }
}
