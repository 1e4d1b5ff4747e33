import Testing

@testable import FastTrain

@Suite struct HistoryTextTests {
    private func records(_ epochs: Range<Int>, loss: Double) -> [EpochRecord] {
        epochs.map {
            EpochRecord(
                epoch: $0, step: 10 * $0, trainLoss: loss / Double($0), learningRate: 0.1, samplesPerSecond: 1e6,
                seconds: Double($0))
        }
    }

    private func expect(_ text: HistoryText, _ records: [EpochRecord]) {
        #expect(text.list == JSON.array(records.map(\.json)).text)
        #expect(text.lines == records.map { $0.json.text + "\n" }.joined())
    }

    /// First one epoch more each time, then other records: fewer, or those of another run.
    @Test func incrementalTextEqualsFreshText() {
        let run = records(1..<20, loss: 1)
        var text = HistoryText()
        expect(text, [])
        for asked in [[], [run[0]], Array(run[..<2]), run, run, Array(run[..<3]), records(1..<6, loss: 2), run, []] {
            text.update(asked)
            expect(text, asked)
        }
    }

    /// NaN is not equal to itself.
    @Test func recordsWithNaN() {
        var run = records(1..<4, loss: 1)
        run[1].validationR2 = .nan
        var text = HistoryText(run)
        text.update(run)
        expect(text, run)
    }
}
