import BenchmarkSupport
import KernelTypes

/// Declares the gathering of a minibatch from shuffled rows of a data set as large as MNIST. Each call takes the next
/// rows of the epoch.
func declareGather(_ kernels: KernelTable) {
    let dataRows = 60_000
    let columns = 28 * 28
    for rows in [64, 512] {
        declare("gather: bytes, \(rows) rows of \(columns)", .rows(rows)) {
            let data = Memory<UInt8>(count: dataRows * columns) { UInt8(truncatingIfNeeded: $0) }
            let order = shuffled(dataRows)
            let minibatch = Matrix(rows: rows, width: columns, panelWidth: kernels.panelWidth)
            var first = 0
            return {
                kernels.gatherBytes(
                    data.base, scale: 1 / 255, indices: order.base + first, to: minibatch.panels, rows: 0..<rows)
                first += rows
                if first + rows > dataRows { first = 0 }
                extendLifetime((data, order, minibatch))
            }
        }
    }
}

/// Returns 0..<count in an irregular order: 7919 is a prime that does not divide `count`.
private func shuffled(_ count: Int) -> Memory<Int32> { Memory(count: count) { Int32($0 * 7_919 % count) } }

/// Declares the loss of each row and its gradient.
func declareLoss(_ kernels: KernelTable) {
    for (rows, classes) in [(64, 10), (512, 10), (64, 1_000)] {
        declare(
            "loss: softmax cross-entropy, \(rows) rows of \(classes) classes", .rows(rows),
            isShort: rows * classes < 1_000
        ) {
            let outputs = Matrix(rows: rows, width: classes, panelWidth: kernels.panelWidth)
            let labels = Memory<Int32>(count: rows) { Int32($0 % classes) }
            let losses = Memory<Float>(randomCount: rows)
            return {
                kernels.loss(
                    LossArguments(
                        .crossEntropy, outputs: outputs.panels, labels: labels.base, targets: nil, losses: losses.base,
                        scale: 1 / Float(rows), rows: 0..<rows))
                extendLifetime((outputs, labels, losses))
            }
        }
    }
}
