import KernelTypes

// Batch normalization (Ioffe & Szegedy 2015) walks along columns, one panel at a time; layer normalization (Ba et al.
// 2016) walks along rows. Sums over rows are chains in ascending order. Sums over columns are taken in chunks of 16,
// then by the tree of `laneSum`.

extension Kernels {
    /// Sums (z[r, j] − mean[j])² over the rows of one shard for each column j of a panel.
    public static func sumSquaredDeviations(
        _ matrix: PanelMatrix, panel: Int, rows: Range<Int>, mean: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            let center = loadWide(mean + lane)
            var sum = Wide.zero
            var value = UnsafePointer(matrix.base + panel * matrix.panelStride + rows.lowerBound * panelWidth + lane)
            for _ in rows {
                let deviation = loadWide(value) - center
                sum.addProduct(deviation, deviation)
                value += panelWidth
            }
            storeWide(sum, to: sums + lane)
        }
    }

    /// Sums a[r, j] · b[r, j] over the rows of one shard for each column j of a panel.
    public static func sumProducts(
        _ a: PanelMatrix, _ b: UnsafePointer<Float>, panel: Int, rows: Range<Int>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            var sum = Wide.zero
            var place = panel * a.panelStride + rows.lowerBound * panelWidth + lane
            for _ in rows {
                sum.addProduct(loadWide(a.base + place), loadWide(b + place))
                place += panelWidth
            }
            storeWide(sum, to: sums + lane)
        }
    }

    /// Normalizes the columns of a panel by the given statistics.
    public static func normalizeColumns(
        _ arguments: NormalizationArguments, panel: Int, mean: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>
    ) {
        let values = arguments.values
        let first = panel * values.panelStride + arguments.rows.lowerBound * panelWidth
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            let column = panel * panelWidth + lane
            let center = loadWide(mean + column)
            let inverse = loadWide(inverseDeviation + column)
            let scale = loadWide(arguments.scale + column)
            let shift = loadWide(arguments.shift + column)
            var place = first + lane
            for _ in arguments.rows {
                let normalized = (loadWide(values.base + place) - center) * inverse
                if let target = arguments.normalized { storeWide(normalized, to: target + place) }
                storeWide(shift.addingProduct(normalized, scale), to: values.base + place)
                place += panelWidth
            }
        }
        finish(
            values.base + first, arguments.epilogue, panelStride: values.panelStride, panel: panel,
            rows: arguments.rows)
    }

    /// Backpropagates through `normalizeColumns`: factor[j] · (δ − meanDelta[j] − ẑ · meanProduct[j]).
    public static func backpropagateColumns(
        _ arguments: NormalizationGradientArguments, panel: Int, factor: UnsafePointer<Float>,
        meanDelta: UnsafePointer<Float>, meanProduct: UnsafePointer<Float>
    ) {
        let delta = arguments.delta
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            let column = panel * panelWidth + lane
            let factor = loadWide(factor + column)
            let meanDelta = loadWide(meanDelta + column)
            let minusProduct = Wide.zero - loadWide(meanProduct + column)
            var place = panel * delta.panelStride + arguments.rows.lowerBound * panelWidth + lane
            for _ in arguments.rows {
                let centered = loadWide(delta.base + place) - meanDelta
                let result = factor * centered.addingProduct(loadWide(arguments.normalized + place), minusProduct)
                storeWide(result, to: arguments.result + place)
                place += panelWidth
            }
        }
    }

    /// Normalizes each row by its own mean and standard deviation.
    public static func normalizeRows(
        _ arguments: NormalizationArguments, epsilon: Float, inverseDeviation: UnsafeMutablePointer<Float>?
    ) {
        let values = arguments.values
        let inverseWidth = 1 / Float(values.width)
        // Eight rows at a time, so that they are still in cache when the epilogue passes over their panels.
        for first in stride(from: arguments.rows.lowerBound, to: arguments.rows.upperBound, by: 8) {
            let end = min(first + 8, arguments.rows.upperBound)
            for row in first..<end {
                var sum = Wide.zero
                forEachChunk(values, row: row) { chunk, _, _ in sum += loadWide(chunk) }
                let mean = laneSum(sum) * inverseWidth
                var squares = Wide.zero
                forEachChunk(values, row: row) { chunk, _, valid in
                    let deviation = (loadWide(chunk) - mean).replacing(with: 0, where: .!valid)
                    squares.addProduct(deviation, deviation)
                }
                let inverse = 1 / (laneSum(squares) * inverseWidth + epsilon).squareRoot()
                inverseDeviation?[row] = inverse
                forEachChunk(values, row: row) { chunk, column, valid in
                    let normalized = ((loadWide(chunk) - mean) * inverse).replacing(with: 0, where: .!valid)
                    if let target = arguments.normalized { storeWide(normalized, to: target + (chunk - values.base)) }
                    let result = loadWide(arguments.shift + column)
                        .addingProduct(normalized, loadWide(arguments.scale + column))
                    storeWide(result, to: chunk)
                }
            }
            for panel in 0..<panelCount(values.width) {
                finish(
                    values.base + panel * values.panelStride + first * panelWidth, arguments.epilogue,
                    panelStride: values.panelStride, panel: panel, rows: first..<end)
            }
        }
    }

    /// Backpropagates through `normalizeRows`: (δγ − mean of δγ − ẑ · mean of δγẑ) · inverseDeviation.
    public static func backpropagateRows(
        _ arguments: NormalizationGradientArguments, scale: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>
    ) {
        let delta = arguments.delta
        let inverseWidth = 1 / Float(delta.width)
        for row in arguments.rows {
            var sum = Wide.zero
            var products = Wide.zero
            forEachChunk(delta, row: row) { chunk, column, valid in
                let scaled = (loadWide(chunk) * loadWide(scale + column)).replacing(with: 0, where: .!valid)
                sum += scaled
                products.addProduct(scaled, loadWide(arguments.normalized + (chunk - delta.base)))
            }
            let mean = laneSum(sum) * inverseWidth
            let minusProduct = Wide(repeating: -(laneSum(products) * inverseWidth))
            let inverse = Wide(repeating: inverseDeviation[row])
            forEachChunk(delta, row: row) { chunk, column, valid in
                let place = chunk - delta.base
                let centered = loadWide(chunk) * loadWide(scale + column) - mean
                let result = inverse * centered.addingProduct(loadWide(arguments.normalized + place), minusProduct)
                storeWide(result.replacing(with: 0, where: .!valid), to: arguments.result + place)
            }
        }
    }
}
