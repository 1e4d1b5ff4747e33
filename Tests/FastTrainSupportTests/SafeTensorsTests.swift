import Testing
import _TestSupport

@testable import FastTrainSupport

@Suite struct SafeTensorsTests {
    @Test func roundTrip() throws {
        let folder = try ScratchFolder()
        let floats: [Float] = [1, -2.5, .pi, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        let bytes: [UInt8] = [1, 2, 3]
        let counters: [Int64] = [.min, .max]
        try bytes.withUnsafeBytes { bytes in
            try counters.withUnsafeBytes { counters in
                try SafeTensorsWriter.write(
                    [
                        TensorToWrite(name: "bytes", type: .u8, shape: [3], bytes: bytes),
                        TensorToWrite(name: "0.weight", shape: [2, 3], floats: floats),
                        TensorToWrite(name: "empty", shape: [0, 5], floats: []),
                        TensorToWrite(name: "ein \"Wort\"", shape: [], floats: [7]),
                        TensorToWrite(name: "counters", type: .i64, shape: [2], bytes: counters),
                    ], metadata: ["format": "fasttrain.model.v1", "note": "ä\n\""], to: folder("file"))
            }
        }
        let file = try SafeTensors(path: folder("file"))
        defer { extendLifetime(file) }
        try file.verifyDigest()
        #expect(file.hasDigest)
        #expect(file.metadata["note"] == "ä\n\"")
        #expect(file.tensors.map(\.name) == ["counters", "0.weight", "empty", "ein \"Wort\"", "bytes"])
        #expect(file.tensors[0].offset % 64 == 0)
        #expect(file.tensors.allSatisfy { $0.offset % $0.type.size == 0 })
        #expect(try file.floats("0.weight", shape: [2, 3]) == floats)
        #expect(try file.floats("empty", shape: [0, 5]) == [])
        #expect(try file.floats("ein \"Wort\"", shape: []) == [7])
        #expect(Array(file.bytes(of: try #require(file["bytes"]))) == bytes)
        #expect(file["Bytes"] == nil)
        #expect(folder.names == ["file"])
    }

    /// A counter must leave room for further increments.
    @Test(arguments: [(0, true), ((1 << 62) - 1, true), (1 << 62, false), (.max, false), (-1, false), (.min, false)])
    func counts(number: Int64, isValid: Bool) throws {
        let folder = try ScratchFolder()
        try SafeTensorsWriter.write([TensorToWrite(name: "n", integer: number)], metadata: [:], to: folder("file"))
        let file = try SafeTensors(path: folder("file"))
        guard !isValid else {
            #expect(try file.count("n") == number)
            return
        }
        let error = failure { _ = try file.count("n") }
        #expect(error.place == .named("n") && error.description.hasSuffix("found \(number)"), "\(error)")
    }

    @Test func sameContentGivesSameBytes() throws {
        let folder = try ScratchFolder()
        for name in ["a", "b"] {
            let metadata = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key \($0)", "value") })
            try SafeTensorsWriter.write(
                [TensorToWrite(name: "x", shape: [1], floats: [1])], metadata: metadata, to: folder(name))
        }
        #expect(folder.read("a") == folder.read("b"))
    }

    @Test func mismatchIsReportedByName() throws {
        let folder = try ScratchFolder()
        try SafeTensorsWriter.write(
            [TensorToWrite(name: "x", shape: [2, 1], floats: [1, 2])], metadata: [:], to: folder("file"))
        let file = try SafeTensors(path: folder("file"))
        for (name, shape) in [("x", [1, 2]), ("x", [2]), ("y", [2, 1])] {
            let error = failure { _ = try file.floats(name, shape: shape) }
            #expect(error.place == .named(name))
        }
    }

    @Test func missingFile() throws {
        let folder = try ScratchFolder()
        for path in [folder("nothing"), folder.path, folder("nothing/below"), "/dev/null"] {
            let error = failure { _ = try SafeTensors(path: path) }
            #expect(error.exitCode == 66, "\(error)")
        }
        let error = failure { _ = try SafeTensors(path: "") }
        #expect(error == .invalidUse("expected a file, found an empty path"))
    }

    /// A file as Python's `safetensors` writes it: compact JSON padded with spaces, members in another order, and no
    /// digest.
    @Test func fileOfAnotherProgram() throws {
        let bytes = safetensors(
            #"{"b":{"shape":[2],"data_offsets":[4,8],"dtype":"BF16"},"__metadata__":{"format":"pt"},"#
                + #""a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
                + #""e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}  "#,
            data: [0, 0, 128, 63, 1, 2, 3, 4])
        try bytes.withUnsafeBytes { buffer in
            let file = try SafeTensors(bytes: buffer, name: "foreign")
            #expect(file.tensors.map(\.name) == ["a", "e", "b"])
            #expect(try file.floats("a", shape: []) == [1])
            #expect(!file.hasDigest)
            try file.verifyDigest()
        }
    }
}
