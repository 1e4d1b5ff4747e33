import CIntrinsics
import KernelTypes

/// Pairs of bfloat16 numbers; see `Precision`.
enum Pairs: Factors {
    #if HAS_BF16
        @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
            sum = ft_add_pair_products(sum, left, right)
        }
    #else
        /// The same numbers by two fused multiply-adds, which round as `vdpbf16ps` does; subnormal numbers must count as
        /// zero, as they do in a thread team. Seen on Emerald Rapids; the kernels' tests ask each CPU.
        @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
            sum.addProduct(upper(left), upper(right))
            sum.addProduct(lower(left), lower(right))
        }

        @inline(__always) private static func upper(_ pairs: Lanes) -> Lanes {
            unsafeBitCast(unsafeBitCast(pairs, to: Words.self) & Words(repeating: -0x10000), to: Lanes.self)
        }

        @inline(__always) private static func lower(_ pairs: Lanes) -> Lanes {
            unsafeBitCast(unsafeBitCast(pairs, to: Words.self) &<< 16, to: Lanes.self)
        }

        private typealias Words = Lanes.MaskStorage
    #endif
}

/// Some columns of a matrix as pairs of neighbours: what a product reads whose sum goes over columns.
///
/// `destination` has the rows of `source`, and half its columns. `firstColumn` is a multiple of two panels, and so is
/// `endColumn`, or the width.
public func pairColumns(
    _ source: PanelMatrix, to destination: PanelMatrix, firstColumn: Int, endColumn: Int, firstRow: Int, endRow: Int
) {
    for column in stride(from: firstColumn, to: endColumn, by: 2 * panelWidth) {
        let left = UnsafePointer(source.base + column / panelWidth * source.panelStride)
        // Of a last panel that stands alone the other half of the pairs is never read.
        let right = column + panelWidth < endColumn ? left + source.panelStride : left
        let target = destination.base + column / panelWidth / 2 * destination.panelStride
        for row in firstRow..<endRow {
            pairNeighbours(left + row * panelWidth, right + row * panelWidth, target + row * panelWidth)
        }
        guard endColumn % 2 == 1 && endColumn - column <= 2 * panelWidth else { continue }
        for row in firstRow..<endRow {
            clearUpperHalf(target + row * panelWidth + (endColumn - column) / 2)
        }
    }
}

/// Two rows of a panel, side by side, as pairs of neighbours.
@inline(__always)
private func pairNeighbours(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ pairs: UnsafeMutablePointer<Float>
) {
    if panelWidth == 16 {
        ft_pair_neighbours(left, right, pairs)
    } else {
        ft_pair_neighbours(left, left + 16, pairs)
        ft_pair_neighbours(right, right + 16, pairs + 16)
    }
}

/// The number that is no pair gets a zero.
@inline(__always) private func clearUpperHalf(_ pair: UnsafeMutablePointer<Float>) {
    pair.pointee = Float(bitPattern: pair.pointee.bitPattern & 0xffff)
}

/// Some columns of a matrix as pairs of a row and the next: what a product reads whose sum goes over rows.
///
/// Row `firstPair + p` of `destination` has rows `firstRow + 2p` and the one after it; the last one of an odd number
/// stands beside zeros. `firstColumn` is the first of a panel.
public func pairRows(
    _ source: PanelMatrix, to destination: PanelMatrix, firstColumn: Int, endColumn: Int, firstRow: Int, endRow: Int,
    firstPair: Int
) {
    for column in stride(from: firstColumn, to: endColumn, by: panelWidth) {
        let panel = column / panelWidth
        var rows = UnsafePointer(source.base + panel * source.panelStride + firstRow * panelWidth)
        var pairs = destination.base + panel * destination.panelStride + firstPair * panelWidth
        for _ in 0..<(endRow - firstRow) / 2 {
            for lane in stride(from: 0, to: panelWidth, by: 16) {
                ft_pair_rows(rows + lane, rows + panelWidth + lane, pairs + lane)
            }
            rows += 2 * panelWidth
            pairs += panelWidth
        }
        guard (endRow - firstRow) % 2 == 1 else { continue }
        for lane in stride(from: 0, to: panelWidth, by: 16) { ft_pair_rows(rows + lane, rows + lane, pairs + lane) }
        for lane in 0..<panelWidth { clearUpperHalf(pairs + lane) }
    }
}

/// As `transposeBlock`, in pairs of outputs: `destination[(i / panelWidth) * stride + o / 2 * panelWidth +
/// i % panelWidth] = (block[i, o], block[i, o + 1])`, o even in 0 ..< outputs. Padding of the block is zero.
public func transposePairs(
    _ block: UnsafePointer<Float>, inputs: Int, outputs: Int, to destination: UnsafeMutablePointer<Float>,
    panelStride: Int
) {
    let pairCount = (outputs + 1) / 2
    var lanes = (Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero)
    withUnsafeMutablePointer(to: &lanes) { lanes in
        let pairs = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
        for first in stride(from: 0, to: inputs, by: 8) {
            let target = destination + first / panelWidth * panelStride + first % panelWidth
            let rows = min(8, inputs - first)
            for row in 0..<rows {
                let source = block + (first + row) * panelWidth
                ft_pair_neighbours(source, source + panelWidth - 16, pairs + row * wideCount)
            }
            let wholePairs = rows == 8 ? pairCount & ~7 : 0
            for pair in stride(from: 0, to: wholePairs, by: 8) {
                ft_transpose8(pairs + pair, wideCount, target + pair * panelWidth, panelWidth)
            }
            for pair in wholePairs..<pairCount {
                for row in 0..<rows { target[pair * panelWidth + row] = pairs[row * wideCount + pair] }
            }
        }
    }
}
