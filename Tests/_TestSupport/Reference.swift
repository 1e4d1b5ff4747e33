import KernelTypes

/// The numeric contract in its plainest form. Every kernel must give the same bits.
public enum Reference {
    /// Returns the product `result[r, j] = initial[j] + Σₖ input[r, k] · weights[k, j]`.
    ///
    /// Each element is one chain of fused multiply-adds in rising k. In bf16, the factors are rounded and taken in
    /// pairs, the second link of each pair first, or in the order of `tileSum`.
    public static func product(
        _ input: [Float], _ weights: [Float], initial: [Float], rows: Int, depth: Int,
        _ precision: KernelPrecision = .f32
    ) -> [Float] {
        let outputs = initial.count
        let (input, weights) = (rounded(input, precision), rounded(weights, precision))
        var result: [Float] = []
        for row in 0..<rows {
            for output in 0..<outputs {
                result.append(
                    sum(
                        initial[output], (0..<depth).map { input[row * depth + $0] },
                        (0..<depth).map { weights[$0 * outputs + output] }, precision))
            }
        }
        return result
    }

    /// Returns the gradient `result[i, o] = Σᵣ input[r, i] · delta[r, o]`.
    ///
    /// Each element is one chain in rising r; bf16 is as in `product`, from the first of `rows` on.
    public static func gradient(
        _ input: [Float], _ delta: [Float], rows: Range<Int>, inputs: Int, outputs: Int,
        _ precision: KernelPrecision = .f32
    ) -> [Float] {
        let (input, delta) = (rounded(input, precision), rounded(delta, precision))
        var result: [Float] = []
        for i in 0..<inputs {
            for o in 0..<outputs {
                result.append(
                    sum(0, rows.map { input[$0 * inputs + i] }, rows.map { delta[$0 * outputs + o] }, precision))
            }
        }
        return result
    }

    /// Returns `initial` plus the sum of products of neighbours along a sum, in the order of a precision.
    private static func sum(
        _ initial: Float, _ left: [Float], _ right: [Float], _ precision: KernelPrecision
    ) -> Float {
        var sum = initial
        switch precision {
        case .f32:
            for place in left.indices { sum.addProduct(left[place], right[place]) }
        case .bf16:
            for place in stride(from: 0, to: left.count, by: 2) {
                let isPair = place + 1 < left.count
                sum.addProduct(isPair ? left[place + 1] : 0, isPair ? right[place + 1] : 0)
                sum.addProduct(left[place], right[place])
            }
        case .bf16Tiles:
            sum = tileSum(initial, left, right)
        }
        return sum
    }

    private static func rounded(_ values: [Float], _ precision: KernelPrecision) -> [Float] {
        precision.isPaired ? values.map { bf16($0) } : values
    }

    /// Rounds to eight significant bits, ties to even. Values from 2¹²⁸ − 2¹¹⁹ on become infinity.
    public static func bf16(_ value: Float) -> Float {
        guard value.isFinite && value != 0 else { return value }
        let unit = Double(sign: .plus, exponent: max(Int(value.exponent), -126) - 7, significand: 1)
        return Float((Double(value) / unit).rounded(.toNearestOrEven) * unit)
    }

    /// Returns two rounded numbers as a pair, the content of a `Float` in bf16 products.
    public static func pair(_ first: Float, _ second: Float) -> UInt32 {
        bf16(first).bitPattern >> 16 | bf16(second).bitPattern & 0xffff_0000
    }
}

/// A small generator of test numbers, which are the same on every run.
public struct TestRandom {
    private var state: UInt64

    /// Creates a generator. The same seed gives the same numbers.
    public init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// Returns the next 64 random bits, by xorshift64* (Vigna 2016).
    public mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// Returns a number in -1..<1.
    public mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31 }

    /// Returns `count` numbers in -1..<1.
    public mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

    /// Returns `count` numbers of every size: normal, subnormal, large, and zeros of both signs.
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

/// Returns the bits of floats, for comparisons in which NaN equals itself and −0 differs from 0.
public func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
