import Testing
import _TestSupport

@testable import FastTrainSupport

/// Well-formed files with more parts than a reader should hold in memory. They are refused at the first excess part,
/// with its position.
@Suite struct ParserLimitTests {
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

    @Test func headersWithTooManyParts() {
        func tensor(_ index: Int) -> String { #""\#(index)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
        expectRefusal(safetensors("{\(list(100_001, tensor))}"), "at most 100000 members")
        let entries = list(100_001) { "\"\($0)\":\"\"" }
        expectRefusal(safetensors(#"{"__metadata__":{\#(entries)}}"#), "at most 100000 members")
        let zeros = list(256) { _ in "0" }
        expectRefusal(
            safetensors(#"{"a":{"dtype":"U8","shape":[\#(zeros)],"data_offsets":[0,0]}}"#), "at most 255 extents")
        let ones = list(255) { _ in "1" }
        let many = list(4000) { #""\#($0)":{"dtype":"U8","shape":[\#(ones)],"data_offsets":[\#($0),\#($0 + 1)]}"# }
        expectRefusal(safetensors("{\(many)}"), "at most 1000000 extents in all tensors")
        expectRefusal(
            safetensors(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[\#(list(100_000) { _ in "0" })]}}"#),
            "two ascending offsets")
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

    /// A metadata value may be long, because the header contains all of its bytes.
    @Test func longMetadataValueIsAccepted() throws {
        let value = String(repeating: "é\\n", count: 1_000_000)
        let path = folder.write("file", safetensors(#"{"__metadata__":{"note":"\#(value)"}}"#))
        #expect(try SafeTensors(path: path).metadata["note"] == value.replacing("\\n", with: "\n"))
    }

    @Test func unreadableFilesAreNotWritten() {
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

    @Test func tooManyValuesOfJSON() throws {
        let error = failure { _ = try JSON(parsing: "[" + list(1 << 20) { _ in "0" } + "]", file: "text") }
        #expect(error.description.contains("at most 1048576 values"), "\(error)")
        _ = try JSON(parsing: "[" + list(1 << 20 - 1) { _ in "0" } + "]", file: "text")
        let long = failure { _ = try JSON(parsing: String(repeating: "1", count: 2000), file: "text") }
        #expect(long.place == .byte(0), "\(long)")
    }

    /// The time to compare text grows with the square of the number of consecutive marks.
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

    /// A message is truncated even if it quotes arbitrarily long text from a file.
    @Test func messagesAreTruncated() {
        let long = String(repeating: "e\u{301}", count: 100_000)
        let error = FastTrainError.badData(file: "f", place: .named(long), expected: long, found: long)
        #expect(error.description.unicodeScalars.count < 6100 && error.description.hasPrefix("f, 'e\u{301}"))
    }
}
