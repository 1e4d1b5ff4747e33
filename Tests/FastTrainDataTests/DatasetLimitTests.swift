import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// Tables and data sets with more parts than a reader should hold in memory. They are refused at the first excess part, with
/// its position.
@Suite struct DatasetLimitTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func list(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    @Test func tooManyOrTooLongClassNames() throws {
        for text in ["[\(list(1 << 20) { "\"\($0)\"" })]", "[\"\(String(repeating: "x", count: 65_537))\"]"] {
            try SafeTensorsWriter.write(
                [
                    TensorToWrite(name: "train.x", shape: [1, 1], floats: [1]),
                    TensorToWrite(name: "train.y", shape: [1], floats: [0]),
                ], metadata: ["classes": text], to: folder("file"))
            let error = failure { _ = try Dataset(path: folder("file")) }
            #expect(error.exitCode == 65, "\(error)")
        }
    }

    /// A control character takes six bytes when it is written.
    @Test func namesThatGrowWhenWritten() throws {
        func dataset(_ name: String) throws -> Dataset {
            try Dataset(name: "made", features: [1, 2], featureShape: [1], labels: [0, 1], classes: [name, "b"])
        }
        let most = String(repeating: "\u{7F}", count: 65_536 / 6)
        try dataset(most).write(to: folder("file"))
        guard case .classification(let classes) = try Dataset(path: folder("file")).task else { return }
        #expect(classes == [most, "b"])
        for name in [most + "\u{7F}", "a" + String(repeating: "\u{301}", count: 31)] {
            let error = failure { _ = try dataset(name) }
            #expect(error.exitCode == 65 && error.place == .named("classes"), "\(error)")
        }
    }

    private func convert(_ text: String, _ change: (inout TableOptions) -> Void = { _ in }) -> FastTrainError {
        let table = folder.write("table.csv", Array(text.utf8))
        return failure {
            var options = TableOptions(targets: ["y"])
            options.test = 0
            change(&options)
            _ = try TableConversion.write(table: table, options: options, to: folder("out"))
        }
    }

    @Test func tablesWithTooManyColumns() {
        let columns = list(100_000) { "c\($0)" } + ",y\n" + list(100_001) { _ in "1" } + "\n"
        #expect(convert(columns).description.contains("line 1: expected at most 100000 columns, found 100001"))
        let row = "a,y\n1,2\n" + String(repeating: ",", count: 1 << 19) + "\n"
        #expect(convert(row).description.contains("line 3: expected at most 524288 fields, found more"))
        #expect(!folder.names.contains("out"))
    }

    @Test func textsThatAreTooLong() {
        let long = String(repeating: "x", count: 4097)
        #expect(
            convert("\(long),y\n1,2.5\n").description.contains("at most 4096 bytes for column 1, found 4097 bytes"))
        #expect(convert("a,y\nu,2.5\n\(long),3.5\n").place == .line(3))
        #expect(convert("a,y\n1,u\n2,\(long)\n").place == .line(3))
        #expect(
            convert("a,b,y\n1,u,2.5\n2,\(long),3.5\n").description.contains(
                "a text of at most 4096 bytes in column 'b'"))
    }

    /// A number may have any number of digits.
    @Test func longNumberIsAccepted() throws {
        let zeros = String(repeating: "0", count: 5000)
        let table = folder.write("table.csv", Array("a,y\n1,2.5\n2.\(zeros),3.5\n".utf8))
        var options = TableOptions(targets: ["y"])
        options.test = 0
        #expect(try TableConversion.write(table: table, options: options, to: folder("out")).train.count == 2)
    }

    /// A reader would refuse the description of this many categories, so nothing is written.
    @Test func tablesWithTooManyCategories() {
        let width = 1100
        let rows = (0..<1000).map { row in list(width) { _ in "c\(row)" } + ",\(row).5" }
        let error = convert(list(width) { "c\($0)" } + ",y\n" + rows.joined(separator: "\n") + "\n")
        #expect(error.exitCode == 73 && error.description.contains("at most 1048576"), "\(error)")
        #expect(folder.names == ["table.csv"])
    }
}
