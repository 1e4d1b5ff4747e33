import CIntrinsics
import KernelTypes

extension Kernels {
    /// Runs chains of multiply-adds that touch no memory: the peak that `benchmark` reports.
    ///
    /// There are twelve independent chains of vectors, enough to fill two units with a latency of six cycles: that of
    /// `vdpbf16ps` on Zen 5.
    public static func multiplyAddRounds(_ rounds: Int, _ precision: KernelPrecision) -> Float {
        switch precision {
        case .f32: multiplyAddChains(rounds, Floats.self)
        case .bf16: multiplyAddChains(rounds, Pairs.self)
        case .bf16Tiles:
            #if HAS_TILES
                // A product of tiles makes 16 × 16 × 16 links.
                ft_tile_rounds(rounds / 64)
            #else
                multiplyAddChains(rounds, Pairs.self)
            #endif
        }
    }

    /// Returns the sum of some numbers, in no particular order.
    ///
    /// Four streams of two chains each, as the product of a single row reads weights.
    public static func sum(_ values: UnsafePointer<Float>, count: Int) -> Float {
        let quarter = count / 4
        var a0 = Lanes.zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
        for place in stride(from: 0, to: quarter, by: panelWidth) {
            a0 += load(values + place)
            a1 += load(values + place + laneCount)
            a2 += load(values + place + quarter)
            a3 += load(values + place + quarter + laneCount)
            a4 += load(values + place + 2 * quarter)
            a5 += load(values + place + 2 * quarter + laneCount)
            a6 += load(values + place + 3 * quarter)
            a7 += load(values + place + 3 * quarter + laneCount)
        }
        let sum = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
        var total: Float = 0
        for lane in 0..<laneCount { total += sum[lane] }
        return total
    }
}

@inline(__always)
private func multiplyAddChains<F: Factors>(_ rounds: Int, _: F.Type) -> Float {
    // As single-precision numbers these are 0.001 and 0.5; as pairs, (−0.5, 0.001) and (0.5, 0.5). If a number were
    // zero, LLVM would omit half the work.
    let left = Lanes(repeating: Float(bitPattern: 0x3a83_bf00))
    let right = Lanes(repeating: Float(bitPattern: 0x3f00_3f00))
    var a0 = Lanes(repeating: 0.1), a1 = a0 + 0.1, a2 = a0 + 0.2, a3 = a0 + 0.3
    var a4 = a0 + 0.4, a5 = a0 + 0.5, a6 = a0 + 0.6, a7 = a0 + 0.7
    var a8 = a0 + 0.8, a9 = a0 + 0.9, a10 = a0 + 1, a11 = a0 + 1.1
    let sweeps = rounds * 32 * 16 / (12 * laneCount)
    for _ in 0..<sweeps {
        F.addProduct(left, right, to: &a0)
        F.addProduct(left, right, to: &a1)
        F.addProduct(left, right, to: &a2)
        F.addProduct(left, right, to: &a3)
        F.addProduct(left, right, to: &a4)
        F.addProduct(left, right, to: &a5)
        F.addProduct(left, right, to: &a6)
        F.addProduct(left, right, to: &a7)
        F.addProduct(left, right, to: &a8)
        F.addProduct(left, right, to: &a9)
        F.addProduct(left, right, to: &a10)
        F.addProduct(left, right, to: &a11)
    }
    let sum = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)) + ((a8 + a9) + (a10 + a11))
    return sum[0] + sum[laneCount - 1]
}
