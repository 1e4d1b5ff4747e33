import Testing
import _TestSupport

@testable import FastTrainData

/// Rows given by column names become the features that the same rows of a CSV file become.
@Suite struct RowEncoderTests {
    private let preprocessing = Preprocessing(
        columns: [
            .init(name: "age", kind: .number(.init(offset: 38.6, divisor: 13.6), fill: 37, isMarked: true)),
            .init(name: "city", kind: .categories(["Oslo", "Rome"], isMarked: true)),
            .init(name: "rooms", kind: .categories(["1", "2"], isMarked: false)),
            .init(name: "size", kind: .number(.identity, fill: nil, isMarked: false)),
        ], targets: [.init(name: "price")])

    @Test func equalsARowOfAFile() throws {
        let folder = try ScratchFolder()
        let texts = [
            ["41", "Rome", "1", "0.1"], ["-7e3", "Oslo", "2.0", "1e-3"], ["NA", "", "1", "12"],
            ["?", "null", "2", "3"],
        ]
        let lines = texts.map { "\($0[3]),\($0[1]),\($0[0]),\($0[2])\n" }
        let path = folder.write("t.csv", Array(("size,city,age,rooms\n" + lines.joined()).utf8))
        var file = try TableRows(
            path: path, format: CSVFormat(), preprocessing, task: .regression(targets: ["price"]))
        let expected = try #require(try file.next(maxCount: 10)).features
        let encoder = RowEncoder(preprocessing)
        #expect(encoder.featureCount == 8 && expected.count == 4 * 8)
        let names = preprocessing.columns.map(\.name)
        let found = try texts.flatMap { row in
            try encoder.encode(Dictionary(uniqueKeysWithValues: zip(names, row.map { .text($0) })))
        }
        #expect(found == expected)
        #expect(try encoder.encode(["age": 41, "city": "Rome", "rooms": 1, "size": 0.1]) == Array(expected[0..<8]))
        #expect(
            try encoder.encode(["age": nil, "city": nil, "rooms": 1.0, "size": 12, "price": "?"])
                == Array(expected[16..<24]))
        #expect(try encoder.encode(["age": .number(.nan), "city": "", "rooms": "1", "size": 12])[1] == 1)
    }

    @Test(
        arguments: [
            (
                ["age": 1, "rooms": 1, "size": 1],
                "the row: expected a value for the column 'city' (nil if it is missing), found none"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": 1, "size": 1, "sise": 2],
                "the row: expected columns of the model's table, found the column 'sise'"
            ),
            (
                ["age": 1, "city": "Rom", "rooms": 1, "size": 1],
                "the row: expected one of the 2 known categories in column 'city', found 'Rom'"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": nil, "size": 1],
                "the row: expected a category in column 'rooms', found a missing value"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": 1, "size": "big"],
                "the row: expected a number in column 'size', found 'big'"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": 1, "size": nil],
                "the row: expected a number in column 'size', found a missing value"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": 1, "size": .number(.infinity)],
                "the row: expected a number in column 'size', found inf"
            ),
            (
                ["age": 1, "city": "Rome", "rooms": 1, "size": 1e60],
                "the row: expected a number within the range of single precision in column 'size', found 1e+60"
            ),
        ] as [([String: TableValue], String)])
    func namesTheColumn(row: [String: TableValue], message: String) throws {
        let error = #expect(throws: FastTrainError.self) { try RowEncoder(preprocessing).encode(row) }
        #expect("\(error!)" == message)
    }

    @Test func unknownCategoriesCanBeIgnored() throws {
        let encoder = RowEncoder(preprocessing, unknown: .ignore)
        #expect(
            try encoder.encode(["age": 38.6, "city": "Rom", "rooms": 7, "size": 1]) == [0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func windowsFollowOneAnother() throws {
        var preprocessing = preprocessing
        preprocessing.window = .init(length: 2, horizon: 1)
        let encoder = RowEncoder(preprocessing)
        let row: [String: TableValue] = ["age": 38.6, "city": "Rome", "rooms": 1, "size": 1]
        let features = try encoder.encode(window: [row, row])
        #expect(features.count == 16 && encoder.featureCount == 16 && Array(features[0..<8]) == Array(features[8...]))
        let error = #expect(throws: FastTrainError.self) { try encoder.encode(window: [row, ["age": 1]]) }
        #expect("\(error!)".hasPrefix("row 1 of the window: expected a value for the column 'city'"))
    }
}
