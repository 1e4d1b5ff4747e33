import Testing
import _TestSupport

@testable import FastTrainSupport

/// Malformed safetensors files of all kinds, which are refused with exit code 65 and the position of the error.
@Suite struct MalformedSafeTensorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var place: FastTrainError.Place
        /// Part of the message.
        var says: String

        init(_ name: String, _ bytes: [UInt8], _ place: FastTrainError.Place, _ says: String) {
            (testDescription, self.bytes, self.place, self.says) = (name, bytes, place, says)
        }
    }

    /// Returns a file with a tensor "x" that has the given header entry.
    private static func one(_ entry: String, data: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
        safetensors("{\"x\":{\(entry)}}", data: data)
    }

    private static func two(_ first: String, _ second: String) -> [UInt8] {
        safetensors(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":\#(first)},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":\#(second)}}"#, data: [1, 2, 3, 4])
    }

    static let cases: [Case] = [
        Case("empty file", [], .byte(0), "0 bytes"),
        Case("7 bytes", [2, 0, 0, 0, 0, 0, 0], .byte(7), "7 bytes"),
        Case("no header", littleEndian(UInt64(0)), .byte(8), "expected '{'"),
        Case("header length 2^64-1", littleEndian(UInt64.max) + Array("{}".utf8), .byte(0), "18446744073709551615"),
        Case("header length 2^63", littleEndian(UInt64(1) << 63) + Array("{}".utf8), .byte(0), "9223372036854775808"),
        Case("header longer than the file", littleEndian(UInt64(3)) + Array("{}".utf8), .byte(0), "at most 2"),
        Case("truncated header", safetensors("{\"x\":{"), .byte(14), "the end"),
        Case("not JSON", safetensors("hello"), .byte(8), "'h'"),
        Case("a list", safetensors("[]"), .byte(8), "'['"),
        Case("text after the header", safetensors("{} x"), .byte(11), "'x'"),
        Case("invalid UTF-8", littleEndian(UInt64(6)) + [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x7D], .byte(10), "UTF-8"),
        Case("overlong UTF-8", littleEndian(UInt64(6)) + [0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x7D], .byte(10), "UTF-8"),
        Case("number in metadata", safetensors(#"{"__metadata__":{"a":1}}"#), .byte(29), "a string"),
        Case("list in metadata", safetensors(#"{"__metadata__":{"a":[]}}"#), .byte(29), "a string"),
        Case("metadata is not an object", safetensors(#"{"__metadata__":"a"}"#), .byte(24), "'{'"),
        Case("duplicate metadata", safetensors(#"{"__metadata__":{},"__metadata__":{}}"#), .byte(27), "a second time"),
        Case("duplicate metadata entry", safetensors(#"{"__metadata__":{"a":"","a":""}}"#), .byte(32), "a second time"),
        Case(
            "duplicate name",
            safetensors(
                #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#
            ),
            .byte(61), "\"x\" a second time"),
        Case("duplicate member", one(#""dtype":"F32","dtype":"F32""#), .byte(28), "a second time"),
        Case("no dtype", one(#""shape":[1],"data_offsets":[0,4]"#), .byte(9), "dtype"),
        Case("no shape", one(#""dtype":"F32","data_offsets":[0,4]"#), .byte(9), "shape"),
        Case("no offsets", one(#""dtype":"F32","shape":[1]"#), .byte(9), "data_offsets"),
        Case("unknown member", one(#""dtype":"F32","shapes":[1]"#), .byte(28), "\"shapes\""),
        Case("unknown dtype", one(#""dtype":"F33","shape":[1],"data_offsets":[0,4]"#), .byte(22), "\"F33\""),
        Case("dtype is a number", one(#""dtype":32"#), .byte(22), "a string"),
        Case("negative extent", one(#""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#), .byte(37), "at least 0"),
        Case("fraction as extent", one(#""dtype":"F32","shape":[1.0],"data_offsets":[0,4]"#), .byte(37), "at least 0"),
        Case("exponent as extent", one(#""dtype":"F32","shape":[1e0],"data_offsets":[0,4]"#), .byte(37), "at least 0"),
        Case("extent 2^64", one(#""dtype":"F32","shape":[18446744073709551616]"#), .byte(37), "below 2^63"),
        Case(
            "shape overflows", one(#""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]"#), .byte(9),
            "below 2^63"),
        Case(
            "shape overflows to its size",
            one(#""dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]"#), .byte(9), "below 2^63"),
        Case("one offset", one(#""dtype":"F32","shape":[1],"data_offsets":[4]"#), .byte(55), "two ascending offsets"),
        Case(
            "three offsets", one(#""dtype":"F32","shape":[1],"data_offsets":[0,4,4]"#), .byte(55),
            "two ascending offsets"),
        Case(
            "falling offsets", one(#""dtype":"F32","shape":[1],"data_offsets":[4,0]"#), .byte(55),
            "two ascending offsets"),
        Case(
            "offsets near 2^63",
            one(#""dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]"#), .byte(55),
            "two ascending offsets"),
        Case("size and shape disagree", one(#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#), .byte(9), "8 bytes"),
        Case("gap in front", one(#""dtype":"U8","shape":[3],"data_offsets":[1,4]"#), .named("x"), "a gap"),
        Case("gap between", two("[0,2]", "[3,5]"), .named("b"), "a gap"),
        Case("overlap", two("[0,2]", "[1,3]"), .named("b"), "an overlap"),
        Case("the same place twice", two("[0,2]", "[0,2]"), .named("b"), "an overlap"),
        Case(
            "truncated data", one(#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#, data: [0, 0, 0]), .byte(65),
            "expected 66 bytes"),
        Case(
            "no data", one(#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#, data: []), .byte(62), "expected 66 bytes"
        ),
        Case(
            "one byte too many", one(#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#, data: [0, 0, 0, 0, 0]),
            .byte(66),
            "1 more bytes"),
        Case("data without tensors", safetensors("{}", data: [0]), .byte(10), "1 more bytes"),
        Case(
            "fasttrain file without digest", safetensors(#"{"__metadata__":{"format":"fasttrain.model.v1"}}"#),
            .named("digest"),
            "no such"),
        Case(
            "fasttrain file with another digest",
            safetensors(#"{"__metadata__":{"format":"fasttrain.model.v1","digest":"sha256:00"}}"#), .named("digest"),
            "sha256:00"),
        Case(
            "digest in capitals",
            safetensors(#"{"__metadata__":{"format":"fasttrain.model.v1","digest":"xxh64:ABCDEF0123456789"}}"#),
            .named("digest"), "ABCDEF"),
        Case(
            "wrong digest", safetensors(#"{"__metadata__":{"digest":"xxh64:0123456789abcdef"}}"#), .file,
            "the file is damaged"),
        Case(
            "digest written with escapes",
            safetensors(#"{"__metadata__":{"digest":"xxh64:0123456789abcde\u0066"}}"#), .file, "the file is damaged"),
    ]

    @Test(arguments: cases)
    func malformedFileIsRefused(_ item: Case) throws {
        let folder = try ScratchFolder()
        let path = folder.write("file", item.bytes)
        let error = failure { try SafeTensors(path: path).verifyDigest() }
        #expect(error.exitCode == 65)
        #expect(error.place == item.place, "\(error)")
        #expect(error.description.hasPrefix(path) && error.description.contains(item.says), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    /// A deeply nested header must not exhaust the stack.
    @Test func deepNesting() {
        let bytes = safetensors(String(repeating: "{\"a\":", count: 100_000))
        bytes.withUnsafeBytes { buffer in
            let error = failure { _ = try SafeTensors(bytes: buffer, name: "deep") }
            #expect(error.exitCode == 65)
        }
    }
}
