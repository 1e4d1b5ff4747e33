import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// Records and fields of CSV files, and the errors for malformed ones.
@Suite struct CSVReaderTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func records(_ bytes: [UInt8], delimiter: Character = ",") throws -> [[String]] {
        let reader = try CSVReader(path: folder.write("file", bytes), delimiter: delimiter.asciiValue!)
        var records: [[String]] = []
        while try reader.next() { records.append(try (0..<reader.fieldCount).map { try reader.text($0) }) }
        return records
    }

    private func records(_ text: String, delimiter: Character = ",") throws -> [[String]] {
        try records(Array(text.utf8), delimiter: delimiter)
    }

    @Test func fields() throws {
        #expect(try records("a,b\n1,2\n") == [["a", "b"], ["1", "2"]])
        #expect(try records("a,b\r\n1,2") == [["a", "b"], ["1", "2"]])
        #expect(try records("a,b\r1,2\r") == [["a", "b"], ["1", "2"]])
        #expect(try records("a,,\n,\n") == [["a", "", ""], ["", ""]])
        #expect(try records("a,") == [["a", ""]])
        #expect(try records("\n\n") == [[""], [""]])
        #expect(try records("") == [])
        #expect(try records("a;b,c", delimiter: ";") == [["a", "b,c"]])
        #expect(try records("a\tb\t\n", delimiter: "\t") == [["a", "b", ""]])
    }

    @Test func quotedFields() throws {
        #expect(try records(#""a,b","say ""hi""","""""# + "\n") == [["a,b", #"say "hi""#, #"""#]].map { $0 })
        #expect(try records("\"two\nlines\",\"\"\r\n\" x \",y\n") == [["two\nlines", ""], [" x ", "y"]])
        #expect(try records("\"a\r\nb\"") == [["a\r\nb"]])
        // A quote followed by a combining mark, here a stroke.
        #expect(try records("\"x\"\"\u{338}y\"") == [["x\"\u{338}y"]])
    }

    @Test func spacesAroundFieldsAreIgnored() throws {
        #expect(try records(" a , b c\t,\t\n") == [["a", "b c", ""]])
    }

    @Test func byteOrderMarkIsSkipped() throws {
        #expect(try records([0xEF, 0xBB, 0xBF] + Array("a,b".utf8)) == [["a", "b"]])
        #expect(failure { _ = try records([0xFF, 0xFE, 0x61, 0]) }.description.contains("found UTF-16"))
    }

    /// A file larger than the buffer, with records of all kinds across its ends.
    @Test func recordsOfLargeFile() throws {
        var text = ""
        var expected: [[String]] = []
        for row in 0..<60_000 {
            let long = String(repeating: "x", count: row % 97)
            text += "\(row),\"\(long)\"\"\n\",\(long)\(row % 3 == 0 ? "\r\n" : row % 3 == 1 ? "\n" : "\r")"
            expected.append(["\(row)", long + "\"\n", long])
        }
        let wide = (0..<300_000).map(String.init)
        text += wide.joined(separator: ",") + "\nend"
        expected += [wide, ["end"]]
        #expect(try records(text) == expected)
    }

    @Test func linesAreCounted() throws {
        let reader = try CSVReader(
            path: folder.write("file", Array("a\n\"b\nc\r\nd\"\r\n\ne\r".utf8)), delimiter: UInt8(ascii: ","))
        var lines: [Int] = []
        for _ in 0..<2 {
            while try reader.next() { lines.append(reader.line) }
            try reader.rewind()
        }
        #expect(lines == [1, 2, 5, 6, 1, 2, 5, 6])
    }

    @Test(arguments: [
        ("a\nb\n\"c,d\ne", 3, "a closing quote, found the end of the file"),
        ("a\nb\"c\n", 2, "quotes around the whole field, with quotes inside it doubled, found a quote"),
        ("a\n\"b\"c\n", 2, "a delimiter or a line break after the closing quote, found 'c'"),
        ("a\n\"x\n\" \n", 3, "after the closing quote, found byte 32"),
        ("a\nb\0c\n", 2, "text, found a zero byte"), ("a\n\"b\n\0c\"\n", 3, "text, found a zero byte"),
    ])
    func malformedFilesAreRefusedWithTheirLine(text: String, line: Int, says: String) {
        let error = failure { _ = try records(text) }
        #expect(error.exitCode == 65 && error.place == .line(line) && error.description.contains(says), "\(error)")
    }

    @Test func latin1IsRefused() {
        let error = failure { _ = try records([0x61, 0x0A, 0xE9, 0x0A]) }
        #expect(error.place == .line(2) && error.description.contains("UTF-8"), "\(error)")
    }

    @Test func unclosedQuoteDoesNotExhaustMemory() {
        let bytes = Array("a\n\"".utf8) + [UInt8](repeating: 0x78, count: CSVReader.maxRecordBytes + 10)
        let error = failure { _ = try records(bytes) }
        #expect(error.place == .line(2) && error.description.contains("at most 16 MiB"), "\(error)")
    }

    @Test func pathsWithoutRegularFile() {
        #expect(failure { _ = try CSVReader(path: folder("none"), delimiter: 44) }.exitCode == 66)
        #expect(failure { _ = try CSVReader(path: folder.path, delimiter: 44) }.exitCode == 66)
        #expect(failure { _ = try CSVReader(path: "/dev/null", delimiter: 44) }.exitCode == 66)
    }

    @Test func formats() throws {
        #expect(CSVFormat.isTable("a.CSV") && CSVFormat.isTable("a/b.tsv") && !CSVFormat.isTable("a.csv/b.safetensors"))
        #expect(CSVFormat.isTable(folder.write("text", Array("a,b\n1,2\n".utf8))))
        #expect(!CSVFormat.isTable(folder.write("tensors", safetensors("{}"))))
        #expect(!CSVFormat.isTable(folder("none")) && !CSVFormat.isTable(folder.write("empty", [])))
        #expect(CSVFormat(path: "x.tsv").delimiter == 9 && CSVFormat(path: "x.csv").delimiter == 44)
        #expect(try CSVFormat.delimiter("tab") == 9 && CSVFormat.delimiter(";") == 59)
        for text in ["", "ab", "\"", "a", "7", "é", "\n", "\r"] {
            #expect(failure { _ = try CSVFormat.delimiter(text) }.exitCode == 64)
        }
    }
}
