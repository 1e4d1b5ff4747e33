import CIntrinsics
import KernelTypes

/// Pairs of bfloat16 numbers as factors of a product; see `KernelPrecision`.
enum Pairs: Factors {
    #if HAS_BF16
        @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
            sum = ft_add_pair_products(sum, left, right)
        }
    #else
        /// Adds the products of each pair by two fused multiply-adds, which round as `vdpbf16ps` does.
        ///
        /// Subnormal numbers must count as zero, as they do in a thread team. This was observed on Emerald Rapids, and
        /// the tests of the kernels check it on each CPU.
        @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
            UpperHalves.addProduct(left, right, to: &sum)
            LowerHalves.addProduct(left, right, to: &sum)
        }
    #endif
}

/// The lower halves of pairs of bfloat16 numbers as factors of a product: the numbers at even places along the sum.
enum LowerHalves: Factors {
    @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
        sum.addProduct(numbers(left), numbers(right))
    }

    @inline(__always) private static func numbers(_ pairs: Lanes) -> Lanes {
        unsafeBitCast(unsafeBitCast(pairs, to: Lanes.MaskStorage.self) &<< 16, to: Lanes.self)
    }
}

/// The upper halves of pairs of bfloat16 numbers as factors of a product: the numbers at odd places along the sum.
enum UpperHalves: Factors {
    @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
        sum.addProduct(numbers(left), numbers(right))
    }

    @inline(__always) private static func numbers(_ pairs: Lanes) -> Lanes {
        let mask = Lanes.MaskStorage(repeating: -0x10000)
        return unsafeBitCast(unsafeBitCast(pairs, to: Lanes.MaskStorage.self) & mask, to: Lanes.self)
    }
}

extension Kernels {
    /// Rounds a part of a matrix to bfloat16 and pairs neighbouring columns, two panels at a time.
    public static func pairColumns(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>
    ) {
        let end = columns.upperBound
        for column in stride(from: columns.lowerBound, to: end, by: 2 * panelWidth) {
            let left = UnsafePointer(source.base + column / panelWidth * source.panelStride)
            // If the last panel has no neighbour, the right half of its pairs is cleared.
            let right = column + panelWidth < end ? left + source.panelStride : left
            let target = destination.base + column / panelWidth / 2 * destination.panelStride
            for row in rows {
                pairNeighbours(left + row * panelWidth, right + row * panelWidth, target + row * panelWidth)
            }
            guard end - column < 2 * panelWidth else { continue }
            let pairs = (end - column) / 2
            for row in rows {
                let row = target + row * panelWidth
                if end % 2 == 1 { clearUpperHalf(row + pairs) }
                for pair in pairs + end % 2..<panelWidth { row[pair] = 0 }
            }
        }
    }

    /// Rounds a part of a matrix to bfloat16 and pairs each row with the next.
    public static func pairRows(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>, firstPair: Int
    ) {
        for column in stride(from: columns.lowerBound, to: columns.upperBound, by: panelWidth) {
            let panel = column / panelWidth
            var row = UnsafePointer(source.base + panel * source.panelStride + rows.lowerBound * panelWidth)
            var pairs = destination.base + panel * destination.panelStride + firstPair * panelWidth
            for _ in 0..<rows.count / 2 {
                for lane in stride(from: 0, to: panelWidth, by: 16) {
                    ft_pair_rows(row + lane, row + panelWidth + lane, pairs + lane)
                }
                row += 2 * panelWidth
                pairs += panelWidth
            }
            guard rows.count % 2 == 1 else { continue }
            for lane in stride(from: 0, to: panelWidth, by: 16) { ft_pair_rows(row + lane, row + lane, pairs + lane) }
            for lane in 0..<panelWidth { clearUpperHalf(pairs + lane) }
        }
    }
}

/// Pairs neighbours in one row of two panels that lie side by side.
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

/// Replaces the second number of a pair by zero.
@inline(__always) private func clearUpperHalf(_ pair: UnsafeMutablePointer<Float>) {
    pair.pointee = Float(bitPattern: pair.pointee.bitPattern & 0xffff)
}
