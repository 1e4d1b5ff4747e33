import Testing

@testable import FastTrainSupport

@Suite struct PhiloxTests {
    /// Known answers from the authors' Random123 library.
    @Test func knownAnswers() {
        #expect(
            Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            Philox.block(
                counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0)
            )
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func shufflesAreDistinctPermutations() {
        let generator = Philox(seed: 5, purpose: .shuffle)
        var orders = Set<[Int32]>()
        for epoch in 0..<20 {
            var order = Array(Int32(0)..<101)
            generator.shuffle(&order, stream: UInt32(epoch))
            #expect(order.sorted() == Array(0..<101))
            orders.insert(order)
        }
        #expect(orders.count == 20)
    }

    /// All 24 orders of four items occur about equally often: χ² with 23 degrees of freedom.
    @Test func shufflesAreFair() {
        var counts: [[Int32]: Int] = [:]
        let generator = Philox(seed: 9, purpose: .shuffle)
        for epoch in 0..<24_000 {
            var order: [Int32] = [0, 1, 2, 3]
            generator.shuffle(&order, stream: UInt32(epoch))
            counts[order, default: 0] += 1
        }
        let chiSquared = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        #expect(counts.count == 24 && chiSquared < 52)  // exceeded with a probability of 0.05%
    }
}
