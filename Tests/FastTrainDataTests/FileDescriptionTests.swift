import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

@Suite struct FileDescriptionTests {
    @Test func dataset() throws {
        let folder = try ScratchFolder()
        try Dataset(
            name: "made", features: [1, 2, 3, 4], featureShape: [2], labels: [0, 1], classes: ["no", "yes"],
            testFeatures: [5, 6], testLabels: [1]
        ).write(to: folder("file"))
        let description = try FileDescription(path: folder("file"))
        #expect(description.kind == .dataset)
        #expect(
            description.text == """
                \(folder("file")): data set, 411 bytes, intact (\(description.digest ?? ""))
                2 training and 1 test rows, 2 F32, 2 classes

                class  training  test
                no     1         0
                yes    1         1

                tensor   type  shape  bytes
                train.x  F32   2×2    16
                test.x   F32   1×2    8
                train.y  U8    2      2
                test.y   U8    1      1

                metadata  value
                classes   ["no","yes"]
                digest    \(description.digest ?? "")
                format    fasttrain.dataset.v1

                """)
        let json = try JSON(parsing: description.json.text, file: "json")
        #expect(json["kind"] == .string("dataset"))
        #expect(json["dataset"]?["training_rows_by_class"] == .array([.integer(1), .integer(1)]))
    }

    @Test func modelAndCheckpoint() throws {
        let folder = try ScratchFolder()
        let tensors = [
            TensorToWrite(name: "0.weight", shape: [3, 2], floats: [Float](repeating: 1, count: 6)),
            TensorToWrite(name: "0.bias", shape: [3], floats: [0, 0, 0]),
        ]
        for kind in ["model", "checkpoint"] {
            try SafeTensorsWriter.write(tensors, metadata: ["format": "fasttrain.\(kind).v1"], to: folder(kind))
        }
        let model = try FileDescription(path: folder("model"))
        #expect(model.kind == .model && model.parameterCount == 9)
        #expect(model.text.contains("\n9 parameters\n"))
        #expect(try FileDescription(path: folder("checkpoint")).kind == .checkpoint)
    }

    @Test func fileOfAnotherProgram() throws {
        let folder = try ScratchFolder()
        let path = folder.write(
            "file",
            safetensors(
                #"{"__metadata__":{"note":"\#(String(repeating: "ä", count: 300))"},"#
                    + #""a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}"#, data: [0, 0]))
        let description = try FileDescription(path: path)
        #expect(description.kind == .tensors && description.digest == nil)
        #expect(description.text.contains("no digest") && description.text.contains("ä…"))
        #expect(description.json["digest"] == .null)
        #expect(failure { _ = try FileDescription(path: folder("nothing")) }.exitCode == 66)
    }

    @Test func damagedFileIsRefused() throws {
        let folder = try ScratchFolder()
        try Dataset.mnistSample().write(to: folder("sound"))
        var bytes = folder.read("sound")
        bytes[bytes.count - 1] ^= 1
        let path = folder.write("damaged", bytes)
        #expect(failure { _ = try FileDescription(path: path) }.exitCode == 65)
    }
}
