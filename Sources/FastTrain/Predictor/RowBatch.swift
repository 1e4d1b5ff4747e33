import KernelTypes

/// The prediction of several rows at once, in chunks that stay in cache.
final class RowBatch {
    private let dense: ForwardPass
    private let sparse: ForwardPass
    private let outputs: Int
    /// 0, 1, 2 and so on, for rows that lie in order.
    private let order: Buffer<Int32>
    private let rows = ForwardPass.maxRowsPerThread

    /// Creates memory for a chunk of rows.
    ///
    /// - Parameters:
    ///   - network: The network, planned for sparse features.
    ///   - dense: The plan for dense features.
    init(_ network: ForwardPass, dense: StepPlan) {
        sparse = network.withOwnRows(rows)
        self.dense = sparse.planned(by: dense)
        outputs = network.isBinary ? 2 : network.network.outputs
        order = Buffer(count: rows)
        for row in 0..<rows { order.base[row] = Int32(row) }
    }

    /// Predicts rows; see `PredictorCore.predict`.
    func predict(
        _ features: Features, indices: UnsafePointer<Int32>?, _ all: Range<Int>,
        into output: UnsafeMutablePointer<Float>
    ) {
        let width = sparse.network.inputs
        let isSparse = FeatureDensity.isWorthLists(
            features, rows: all, indices: indices, width: width, sparse.plan.precision)
        let pass = isSparse ? sparse : dense
        var start = all.lowerBound
        while start < all.upperBound {
            let count = min(rows, all.upperBound - start)
            if let indices {
                pass.gather(features, indices: indices + start, rows: 0..<count)
            } else {
                pass.gather(features.from(start * width), indices: order.base, rows: 0..<count)
            }
            pass.run(rows: 0..<count)
            pass.turnToPredictions(rows: 0..<count)
            for row in 0..<count {
                pass.copyPredictions(row: row, to: output + (start + row) * outputs)
            }
            start += count
        }
    }
}

extension ForwardPass {
    /// Copies the predictions of a row. Zeros are +0, whichever form the products read.
    func copyPredictions(row: Int, to target: UnsafeMutablePointer<Float>) {
        copyOutputs(isBinary: isBinary, outputs: network.outputs, to: target) { output(row: row, column: $0) }
    }
}

/// Copies the predictions of a row from its outputs: those themselves, or for a binary classifier the probability of each
/// class. Zeros become +0.
@inline(__always)
func copyOutputs(
    isBinary: Bool, outputs: Int, to target: UnsafeMutablePointer<Float>, _ output: (_ column: Int) -> Float
) {
    if isBinary {
        // The single output is the probability of the second class.
        target[1] = output(0) + 0
        target[0] = 1 - target[1]
    } else {
        for column in 0..<outputs { target[column] = output(column) + 0 }
    }
}
