/// The counter-based random number generator Philox 4×32-10, from Salmon et al., "Parallel Random Numbers: As Easy as
/// 1, 2, 3" (2011).
///
/// Each block of four numbers is a function of the key and the counter alone. The numbers do not depend on which thread
/// draws them, or when, and there is no state to save.
package struct Philox {
    /// The use of a random number. It is part of the counter, so that no two uses share a number.
    package enum Purpose: UInt32 {
        case initialWeights = 1
        case shuffle = 2
        case validationSplit = 3
        case dropout = 4
        case testSplit = 5
        case search = 16
    }

    private let seed: UInt64
    private let purpose: Purpose

    /// Creates a generator for one use of random numbers.
    package init(seed: UInt64, purpose: Purpose) {
        self.seed = seed
        self.purpose = purpose
    }

    /// Returns block `index` of a stream, which is an epoch or a layer, for example.
    package func block(_ index: UInt64, stream: UInt32) -> SIMD4<UInt32> {
        let counter = SIMD4(
            UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), stream, purpose.rawValue)
        return Philox.block(
            counter: counter, key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// Returns the block for a counter and a key: ten rounds of Philox.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        // Separate words, because a vector's elements would be extracted and inserted again in each round.
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var (k0, k1) = (key[0], key[1])
        for _ in 0..<10 {
            let first = UInt64(c0) * 0xD251_1F53
            let second = UInt64(c2) * 0xCD9E_8D57
            (c0, c1) = (UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second))
            (c2, c3) = (UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first))
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// Shuffles `items` (Fisher and Yates). All orders are equally likely, except for a bias of 2⁻⁶⁴ · count.
    package func shuffle(_ items: inout [Int32], stream: UInt32) {
        items.withUnsafeMutableBufferPointer { items in
            var last = items.count - 1
            while last > 0 {
                // One block serves the picks for an odd index and for the even index before it.
                let draws = block(UInt64(last / 2), stream: stream)
                if last % 2 == 1 {
                    pick(draws[2], draws[3], last, &items)
                    last -= 1
                }
                if last > 0 { pick(draws[0], draws[1], last, &items) }
                last -= 1
            }
        }
    }

    /// Swaps the item at `last` with one at or before it, which the two random words select.
    @inline(__always)
    private func pick(_ upper: UInt32, _ lower: UInt32, _ last: Int, _ items: inout UnsafeMutableBufferPointer<Int32>) {
        let draw = UInt64(upper) << 32 | UInt64(lower)
        items.swapAt(Int(draw.multipliedFullWidth(by: UInt64(last + 1)).high), last)
    }
}
