/// The numeric contract in its plainest form: what every kernel must equal, to the bit.
public enum Reference {
    /// `result[r, j] = initial[j] + Σₖ input[r, k] · weights[k, j]`, one chain of fused multiply-adds in rising k.
    public static func product(_ input: [Float], _ weights: [Float], initial: [Float], rows: Int, depth: Int) -> [Float]
    {
        let outputs = initial.count
        var result: [Float] = []
        for row in 0..<rows {
            for output in 0..<outputs {
                var sum = initial[output]
                for k in 0..<depth { sum.addProduct(input[row * depth + k], weights[k * outputs + output]) }
                result.append(sum)
            }
        }
        return result
    }

    /// `result[i, o] = Σᵣ input[r, i] · delta[r, o]`, one chain in rising r.
    public static func gradient(_ input: [Float], _ delta: [Float], rows: Range<Int>, inputs: Int, outputs: Int)
        -> [Float]
    {
        var result: [Float] = []
        for i in 0..<inputs {
            for o in 0..<outputs {
                var sum: Float = 0
                for row in rows { sum.addProduct(input[row * inputs + i], delta[row * outputs + o]) }
                result.append(sum)
            }
        }
        return result
    }
}

/// A small generator of test numbers: the same on every run.
public struct TestRandom {
    private var state: UInt64

    /// The same seed, the same numbers.
    public init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// xorshift64* (Vigna 2016).
    public mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// In -1..<1.
    public mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31 }

    /// In -1..<1.
    public mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

    /// Numbers of every size: normal, denormal, large, zeros of both signs.
    public mutating func wildFloats(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            switch next() % 8 {
            case 0: 0
            case 1: -0.0
            case 2: float() * 0x1p-133
            case 3: float() * 1e18
            case 4: float() * 1e-20
            default: float()
            }
        }
    }
}

/// The bits of floats, so that NaN equals itself and −0 differs from 0.
public func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
