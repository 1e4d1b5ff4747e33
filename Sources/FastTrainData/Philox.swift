/// Philox 4×32-10, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).
///
/// Each block of four numbers is a function of a key and a counter alone: what is drawn never depends on which thread
/// draws it, or when, and the state to save is empty.
package struct Philox {
    /// What a number is drawn for: part of the counter, so that no two uses share a number.
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

    package init(seed: UInt64, purpose: Purpose) {
        self.seed = seed
        self.purpose = purpose
    }

    /// Block `index` of stream `stream` (an epoch, a layer).
    package func block(_ index: UInt64, stream: UInt32) -> SIMD4<UInt32> {
        let counter = SIMD4(
            UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), stream, purpose.rawValue)
        return Philox.block(
            counter: counter, key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// The generator itself: ten rounds.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for round in 0..<10 {
            if round > 0 { k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let first = UInt64(c[0]) * 0xD251_1F53
            let second = UInt64(c[2]) * 0xCD9E_8D57
            c = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: first))
        }
        return c
    }

    /// Puts `items` in a random order (Fisher and Yates), each order as likely as another but for 2⁻⁶⁴ · count.
    package func shuffle(_ items: inout [Int32], stream: UInt32) {
        items.withUnsafeMutableBufferPointer { items in
            for last in stride(from: items.count - 1, to: 0, by: -1) {
                // One block serves two neighbouring picks.
                let draws = block(UInt64(last / 2), stream: stream)
                let draw = last % 2 == 0 ? (draws[0], draws[1]) : (draws[2], draws[3])
                let wide = UInt64(draw.0) << 32 | UInt64(draw.1)
                items.swapAt(Int(wide.multipliedFullWidth(by: UInt64(last + 1)).high), last)
            }
        }
    }
}
