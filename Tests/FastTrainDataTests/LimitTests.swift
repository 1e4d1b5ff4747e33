import Testing

@testable import FastTrainData
@testable import FastTrainSupport

/// Files that are well-formed, but of more parts than a reader should take into memory: refused when the first part too many
/// comes, with its place.
@Suite struct LimitTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func expectRefusal(_ bytes: [UInt8], _ says: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let path = folder.write("file", bytes)
        let error = failure(sourceLocation: sourceLocation) { _ = try SafeTensors(path: path) }
        guard case .badData(path, .byte(let offset), let expected, let found) = error else {
            Issue.record("\(error)", sourceLocation: sourceLocation)
            return
        }
        #expect(expected.contains(says) && offset < UInt64(bytes.count), "\(error)", sourceLocation: sourceLocation)
        #expect(expected.utf8.count < 200 && found.utf8.count < 200, sourceLocation: sourceLocation)
    }

    private func list(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    @Test func headersOfTooManyParts() {
        func tensor(_ index: Int) -> String { #""\#(index)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
        expectRefusal(safetensors("{\(list(100_001, tensor))}"), "at most 100000 members")
        let entries = list(100_001) { "\"\($0)\":\"\"" }
        expectRefusal(safetensors(#"{"__metadata__":{\#(entries)}}"#), "at most 100000 members")
        let zeros = list(256) { _ in "0" }
        expectRefusal(
            safetensors(#"{"a":{"dtype":"U8","shape":[\#(zeros)],"data_offsets":[0,0]}}"#), "at most 255 extents")
        let ones = list(255) { _ in "1" }
        let many = list(4000) { #""\#($0)":{"dtype":"U8","shape":[\#(ones)],"data_offsets":[\#($0),\#($0 + 1)]}"# }
        expectRefusal(safetensors("{\(many)}"), "at most 1000000 extents of all tensors")
        expectRefusal(
            safetensors(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[\#(list(100_000) { _ in "0" })]}}"#),
            "two rising offsets")
    }

    @Test func namesThatAreTooLong() {
        let long = String(repeating: "x", count: 65_537)
        expectRefusal(safetensors("{\"\(long)\":{}}"), "at most 65536 bytes")
        expectRefusal(safetensors(#"{"__metadata__":{"\#(long)":""}}"#), "at most 65536 bytes")
        expectRefusal(safetensors(#"{"a":{"\#(long)":0}}"#), "at most 65536 bytes")
        expectRefusal(safetensors(#"{"a":{"dtype":"\#(long)"}}"#), "at most 65536 bytes")
        let digits = String(repeating: "1", count: 100_000)
        expectRefusal(safetensors(#"{"a":{"dtype":"U8","shape":[\#(digits)]}}"#), "below 2^63")
    }

    /// A value of the metadata may be long: it is of as many bytes as the header has for it.
    @Test func aLongValueIsTaken() throws {
        let value = String(repeating: "é\\n", count: 1_000_000)
        let path = folder.write("file", safetensors(#"{"__metadata__":{"note":"\#(value)"}}"#))
        #expect(try SafeTensors(path: path).metadata["note"] == value.replacing("\\n", with: "\n"))
    }

    @Test func whatCouldNotBeReadIsNotWritten() {
        func write(_ tensors: [TensorToWrite], _ metadata: [String: String]) -> FastTrainError {
            failure { try SafeTensorsWriter.write(tensors, metadata: metadata, to: folder("out")) }
        }
        let many = (0..<100_000).map { TensorToWrite(name: "\($0)", shape: [1], floats: [0]) }
        #expect(write(many, [:]).exitCode == 73)
        #expect(write([], ["note": String(repeating: "x", count: 100_000_000)]).exitCode == 73)
        let deep = [Int](repeating: 1, count: 255)
        #expect(write((0..<4000).map { TensorToWrite(name: "\($0)", shape: deep, floats: [0]) }, [:]).exitCode == 73)
        #expect(folder.names == [])
    }

    @Test func valuesOfJSON() throws {
        let error = failure { _ = try JSON(parsing: "[" + list(1 << 20) { _ in "0" } + "]", file: "text") }
        #expect(error.description.contains("at most 1048576 values"), "\(error)")
        _ = try JSON(parsing: "[" + list(1 << 20 - 1) { _ in "0" } + "]", file: "text")
        let long = failure { _ = try JSON(parsing: String(repeating: "1", count: 2000), file: "text") }
        #expect(long.place == .byte(0), "\(long)")
    }

    @Test func namesOfClasses() throws {
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

    /// A control character takes six bytes where it is written again.
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

    /// To compare text takes the longer by the square of the marks that are in a row.
    @Test func combiningMarks() throws {
        func marks(_ count: Int) -> String { "a" + String(repeating: "\u{327}\u{301}", count: count / 2) }
        func escaped(_ count: Int) -> String { "a" + String(repeating: "\\u0327\\u0301", count: count / 2) }
        for text in [marks(30), escaped(30)] {
            #expect(try JSON(parsing: "\"\(text)\"", file: "text") == .string(marks(30)))
        }
        for text in [marks(32), escaped(32)] {
            let error = failure { _ = try JSON(parsing: "[\"\(text)\"]", file: "text") }
            #expect(error.place == .byte(2) && error.description.contains("at most 30 combining marks"), "\(error)")
        }
        _ = try YAMLDocument(parsing: "\(marks(30)): \(marks(30))\n", file: "text")
        for text in ["\(marks(32)): 1\n", "b:\n - 1\n - \(marks(32))\n", "\"\(escaped(32))\": 1\n"] {
            let error = failure { _ = try YAMLDocument(parsing: text, file: "text") }
            #expect(error.description.contains("at most 30 combining marks"), "\(error)")
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

    @Test func tablesOfTooManyColumns() {
        let columns = list(100_000) { "c\($0)" } + ",y\n" + list(100_001) { _ in "1" } + "\n"
        #expect(convert(columns).description.contains("line 1: expected at most 100000 columns, found 100001"))
        let row = "a,y\n1,2\n" + String(repeating: ",", count: 1 << 19) + "\n"
        #expect(convert(row).description.contains("line 3: expected at most 524288 fields, found more"))
        #expect(!folder.names.contains("out"))
    }

    @Test func textsThatAreTooLong() {
        let long = String(repeating: "x", count: 4097)
        #expect(
            convert("\(long),y\n1,2.5\n").description.contains("at most 4096 bytes for column 1, found one of 4097"))
        #expect(convert("a,y\nu,2.5\n\(long),3.5\n").place == .line(3))
        #expect(convert("a,y\n1,u\n2,\(long)\n").place == .line(3))
        #expect(
            convert("a,b,y\n1,u,2.5\n2,\(long),3.5\n").description.contains(
                "a text of at most 4096 bytes in column 'b'"))
    }

    /// A number may have as many digits as it likes.
    @Test func aLongNumber() throws {
        let zeros = String(repeating: "0", count: 5000)
        let table = folder.write("table.csv", Array("a,y\n1,2.5\n2.\(zeros),3.5\n".utf8))
        var options = TableOptions(targets: ["y"])
        options.test = 0
        #expect(try TableConversion.write(table: table, options: options, to: folder("out")).train.count == 2)
    }

    /// So many categories that a reader would refuse what is said of them: refused before anything is written.
    @Test func tablesOfTooManyCategories() {
        let width = 1100
        let rows = (0..<1000).map { row in list(width) { _ in "c\(row)" } + ",\(row).5" }
        let error = convert(list(width) { "c\($0)" } + ",y\n" + rows.joined(separator: "\n") + "\n")
        #expect(error.exitCode == 73 && error.description.contains("at most 1048576"), "\(error)")
        #expect(folder.names == ["table.csv"])
    }

    /// However long what a file holds is, what is said of it is not.
    @Test func messagesAreCut() {
        let long = String(repeating: "e\u{301}", count: 100_000)
        let error = FastTrainError.badData(file: "f", place: .named(long), expected: long, found: long)
        #expect(error.description.unicodeScalars.count < 6100 && error.description.hasPrefix("f, 'e\u{301}"))
    }
}
