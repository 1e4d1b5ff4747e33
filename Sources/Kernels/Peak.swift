/// Chains of multiply-adds that touch no memory: what `benchmark` calls the peak.
///
/// Does about `rounds` × 32 × 16 multiply-adds (two operations each) in ten independent chains of vectors, enough to fill
/// two units of four cycles' latency. Returns a sum that depends on all of them.
public func multiplyAddRounds(_ rounds: Int) -> Float {
    let factor = Lanes(repeating: 0.999)
    let term = Lanes(repeating: 0.001)
    var a0 = Lanes(repeating: 0.1), a1 = a0 + 0.1, a2 = a0 + 0.2, a3 = a0 + 0.3
    var a4 = a0 + 0.4, a5 = a0 + 0.5, a6 = a0 + 0.6, a7 = a0 + 0.7
    var a8 = a0 + 0.8, a9 = a0 + 0.9
    let sweeps = rounds * 32 * 16 / (10 * laneCount)
    for _ in 0..<sweeps {
        a0 = term.addingProduct(a0, factor)
        a1 = term.addingProduct(a1, factor)
        a2 = term.addingProduct(a2, factor)
        a3 = term.addingProduct(a3, factor)
        a4 = term.addingProduct(a4, factor)
        a5 = term.addingProduct(a5, factor)
        a6 = term.addingProduct(a6, factor)
        a7 = term.addingProduct(a7, factor)
        a8 = term.addingProduct(a8, factor)
        a9 = term.addingProduct(a9, factor)
    }
    let sum = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)) + (a8 + a9)
    return sum[0] + sum[laneCount - 1]
}

/// `panelWidth` for callers in other modules.
public var kernelPanelWidth: Int { panelWidth }
