import Testing

@testable import FastTrainPictures

@Suite struct TicksTests {
    @Test func roundNumbersWithinTheRange() {
        #expect(
            Ticks(-0.3...1.1, count: 7).labels
                == ["-0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map { $0 == "0.0" ? "0" : $0 })
        #expect(Ticks(0...1, count: 5).labels == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(Ticks(0...200_000, count: 4).labels == ["0", "50,000", "100,000", "150,000", "200,000"])
        #expect(Ticks(0.981...0.9843, count: 4).labels == ["0.981", "0.982", "0.983", "0.984"])
        #expect(Ticks(0...2e-6, count: 4).labels == ["0", "5e-7", "1.0e-6", "1.5e-6", "2.0e-6"].map { $0 })
        #expect(Ticks(0...4e7, count: 4).labels == ["0", "1e7", "2e7", "3e7", "4e7"])
        #expect(Ticks(1e8...100_000_002, count: 2).labels == ["1.00000000e8", "1.00000001e8", "1.00000002e8"])
        #expect(Ticks(-1.6e36...0, count: 4).labels == ["-1.5e36", "-1.0e36", "-5e35", "0"])
    }

    @Test func wholeNumbersOnly() {
        #expect(Ticks(1...3, count: 6, wholeNumbers: true).labels == ["1", "2", "3"])
        #expect(Ticks(1...1, count: 6, wholeNumbers: true).labels == ["1"])
    }

    @Test func logarithmic() {
        #expect(
            Ticks(logarithmic: 0.003...2, count: 8).labels == [
                "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2",
            ])
        #expect(Ticks(logarithmic: 1...1e9, count: 5).labels == ["1", "1,000", "1,000,000", "1e9"])
        #expect(Ticks(logarithmic: 1e-5...10, count: 5).labels.count >= 2)
        #expect(Ticks(logarithmic: 0.31...0.36, count: 4).labels.count >= 2)
    }

    @Test(arguments: [1e-30, 1e-12, 1, 1e6, 1e12, 1e30])
    func rangesOfAllSizes(size: Double) {
        let ticks = Ticks(-size...size, count: 5)
        #expect((3...9).contains(ticks.values.count))
        #expect(Set(ticks.labels).count == ticks.labels.count)
    }

    @Test func infiniteRangeHasNoTicks() {
        #expect(Ticks(-1.7e308...1.7e308, count: 5).values.isEmpty)
        #expect(Ticks(0...(.infinity), count: 5).values.isEmpty)
    }
}
