import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// Conversions of time series.
@Suite struct SeriesConversionTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Converts a series whose row r has the close 10 · r + 1 and the volume −r.
    private func convert(
        _ count: Int, window: Int = 3, horizon: Int = 1, _ change: (inout SeriesOptions) -> Void = { _ in }
    ) throws -> Dataset {
        let rows = (0..<count).map { "day \($0),\(10 * $0 + 1),-\($0)\n" }.joined()
        let table = folder.write("table.csv", Array(("date,close,volume\n" + rows).utf8))
        var options = SeriesOptions(target: "close", window: .init(length: window, horizon: horizon))
        (options.scale, options.targetScale) = (.unscaled, .unscaled)
        change(&options)
        return try SeriesConversion.write(table: table, options: options, to: folder("out"))
    }

    private func rows(_ split: DataSplit, _ width: Int) -> [(features: [Float], target: Float)] {
        defer { extendLifetime(split) }
        guard case .f32(let x) = split.features, case .values(let y, 1) = split.targets else { return [] }
        return (0..<split.count).map { row in ((0..<width).map { x[row * width + $0] }, y[row]) }
    }

    @Test func windowsAndTheirTargets() throws {
        let data = try convert(8)
        #expect(data.preprocessing?.featureNames == ["close[-2]", "close[-1]", "close[0]"])
        #expect(data.task == .regression(targets: ["close[+1]"]))
        let (train, test) = (rows(data.train, 3), rows(try #require(data.test), 3))
        #expect(train.map(\.features) == [[1, 11, 21], [11, 21, 31], [21, 31, 41], [31, 41, 51]])
        #expect(train.map(\.target) == [31, 41, 51, 61])
        #expect(test.map(\.features) == [[41, 51, 61]] && test.map(\.target) == [71])
    }

    @Test func severalColumnsAndHorizon() throws {
        let data = try convert(6, window: 2, horizon: 2) { ($0.columns, $0.test) = (["volume", "close"], 0) }
        #expect(data.preprocessing?.featureNames == ["volume[-1]", "close[-1]", "volume[0]", "close[0]"])
        let train = rows(data.train, 4)
        #expect(train.map(\.features) == [[0, 1, -1, 11], [-1, 11, -2, 21], [-2, 21, -3, 31]])
        #expect(train.map(\.target) == [31, 41, 51] && data.test == nil)
    }

    /// Values increase with their row, so the numbers show what a split knows.
    @Test(arguments: [1, 2, 5, 9], [1, 2, 3, 7])
    func testValuesAreUnknownInTraining(window: Int, horizon: Int) throws {
        for share in [0.1, 0.33, 0.5] {
            let data = try convert(60, window: window, horizon: horizon) { $0.test = share }
            let (train, test) = (rows(data.train, window), rows(try #require(data.test), window))
            let known = train.flatMap { $0.features + [$0.target] }.max()!
            #expect(known < test.map(\.target).min()!)
            for row in train + test { #expect(row.target == row.features.last! + Float(10 * horizon)) }
            #expect(test.last?.target == 591 && train.count + test.count == 60 - window - horizon + 1)
            // Scales are computed from the rows before the first value to forecast.
            let scaled = try convert(60, window: window, horizon: horizon) {
                ($0.test, $0.scale, $0.targetScale) = (share, .minMax, .standard)
            }
            let first = Double(test.map(\.target).min()!)
            guard case .number(let scale, nil, false)? = scaled.preprocessing?.columns[0].kind else {
                Issue.record("no scale")
                return
            }
            #expect(scale == .init(offset: 1, divisor: first - 10 - 1))
            #expect(scaled.preprocessing?.targets[0].scale.offset == (first - 10 + 1) / 2)
        }
    }

    @Test func errorsNameTheirCause() throws {
        let cases: [((inout SeriesOptions) -> Void, Int32, String)] = [
            ({ $0.target = "open" }, 65, "a column 'open' (`target`)"),
            ({ $0.columns = ["open"] }, 65, "a column 'open' (`columns`)"),
            ({ $0.columns = ["close", "2"] }, 64, "twice"),
            ({ $0.columns = ["date"] }, 65, "line 2: expected a number in column 'date', found 'day 0'"),
            ({ $0.window = .init(length: 8, horizon: 1) }, 64, "require at least 9 rows"),
            ({ $0.window = .init(length: .max, horizon: 1) }, 64, "require more rows"),
            ({ $0.window = .init(length: 0, horizon: 1) }, 64, "at least 1"),
            ({ $0.test = 0.01 }, 64, "leaves 5 for training and 0 for testing"), ({ $0.test = 1 }, 64, "below 1"),
        ]
        for (change, code, says) in cases {
            let error = failure { _ = try convert(8, change) }
            #expect(error.exitCode == code && error.description.contains(says), "\(error)")
        }
        let table = folder.write("gap.csv", Array("close\n1\n2\n\n4\n".utf8))
        let error = failure {
            _ = try SeriesConversion.write(
                table: table, options: .init(target: "close", window: .init(length: 1, horizon: 1)), to: folder("out"))
        }
        #expect(error.place == .line(4) && error.description.contains("a value in column 'close'"), "\(error)")
    }

    @Test func numbersTooFarApartToScale() throws {
        let table = folder.write("far.csv", Array("close\n1e200\n-1e200\n1e200\n-1e200\n1\n".utf8))
        _ = folder.write("out", [1])
        let error = failure {
            _ = try SeriesConversion.write(
                table: table, options: .init(target: "close", window: .init(length: 1, horizon: 1)), to: folder("out"))
        }
        #expect(
            error.exitCode == 65
                && error.description.contains("far.csv: expected numbers with finite variance in column 'close'"))
        #expect(folder.read("out") == [1])
    }

    /// A model gets the same windows that it was trained on.
    @Test func rowsForModel() throws {
        let data = try convert(8, window: 3) { $0.columns = ["close", "volume"] }
        var table = try TableRows(
            path: folder("table.csv"), format: CSVFormat(), data.preprocessing!, task: data.task)
        #expect(table.unusedColumns == ["date"])
        var (features, numbers): ([Float], [Int]) = ([], [])
        while let (more, rows) = try table.next(maxCount: 2) { (features, numbers) = (features + more, numbers + rows) }
        #expect(numbers == [2, 3, 4, 5, 6, 7] && table.rowCount == 6)
        let all = rows(data.train, 6) + rows(data.test!, 6)
        #expect(Array(features.prefix(6 * all.count)) == all.flatMap(\.features))
        #expect(features.suffix(6) == [51, -5, 61, -6, 71, -7])
    }
}
