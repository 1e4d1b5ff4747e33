extension Schedule {
    /// The learning rate of a step (from 0) in a run of `steps`, as PyTorch's schedulers give it when stepped each
    /// minibatch: CosineAnnealingLR down to 0, OneCycleLR with its defaults
    /// (the momentum stays as it is).
    func learningRate(peak: Double, step: Int, of steps: Int) -> Double {
        switch self {
        case .constant:
            return peak
        case .cosine:
            return Schedule.anneal(from: peak, to: 0, at: Double(step) / Double(max(1, steps)))
        case .oneCycle:
            let start = peak / 25
            let end = start / 10_000
            let top = 0.3 * Double(steps) - 1
            let position = Double(step)
            if position <= top { return Schedule.anneal(from: start, to: peak, at: position / top) }
            let fall = Double(steps - 1) - top
            return Schedule.anneal(from: peak, to: end, at: fall > 0 ? min(1, (position - top) / fall) : 1)
        }
    }

    /// Half a cosine from one value to another; `position` in 0...1.
    private static func anneal(from start: Double, to end: Double, at position: Double) -> Double {
        end + (start - end) / 2 * (1 + cosine(.pi * position))
    }

    /// cos x for x in 0...π, by sin's series about π/2, error below 1e-15: libm's differs from machine to machine.
    private static func cosine(_ x: Double) -> Double {
        let y = Double.pi / 2 - x
        var term = y
        var sum = y
        for k in stride(from: 2.0, through: 22.0, by: 2.0) {
            term *= -y * y / (k * (k + 1))
            sum += term
        }
        return sum
    }
}

/// xⁿ by repeated squaring: the same bits on every machine, unlike libm's `pow`.
func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    var square = x
    var left = n
    while left > 0 {
        if left & 1 == 1 { result *= square }
        square *= square
        left >>= 1
    }
    return result
}
