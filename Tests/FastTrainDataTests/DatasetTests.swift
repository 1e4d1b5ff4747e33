import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

@Suite struct DatasetTests {
    @Test func classificationRoundTrip() throws {
        let folder = try ScratchFolder()
        let made = try Dataset(
            name: "made", features: [1, 2, 3, 4, 5, 6], featureShape: [2], labels: [2, 0, 1], classes: ["a", "b", "c"],
            testFeatures: [7, 8], testLabels: [1])
        try made.write(to: folder("file"), description: "Six numbers.", licence: "none")
        let read = try Dataset(path: folder("file"))
        defer { extendLifetime((made, read)) }
        #expect(read.name == folder("file"))
        #expect(read.featureShape == [2] && read.featureCount == 2)
        #expect(read.task == .classification(classes: ["a", "b", "c"]) && read.outputCount == 3)
        #expect(read.summary == "3 training and 1 test rows, 2 F32, 3 classes")
        for dataset in [made, read] {
            #expect((0..<3).map(dataset.train.label) == [2, 0, 1])
            #expect(dataset.train.labelCounts == [1, 1, 1])
            #expect(Self.floats(dataset.train.features, 6) == [1, 2, 3, 4, 5, 6])
            let test = try #require(dataset.test)
            #expect(test.count == 1 && test.label(0) == 1 && Self.floats(test.features, 2) == [7, 8])
        }
        #expect(try SafeTensors(path: folder("file")).metadata["licence"] == "none")
    }

    @Test func regressionRoundTrip() throws {
        let folder = try ScratchFolder()
        let made = try Dataset(
            name: "made", features: [1, 2], featureShape: [1], targets: [10, 11, 20, 21], targetNames: ["u", "v"])
        try made.write(to: folder("file"))
        let read = try Dataset(path: folder("file"))
        defer { extendLifetime(read) }
        #expect(read.task == .regression(targets: ["u", "v"]) && read.outputCount == 2 && read.test == nil)
        guard case .values(let values, outputs: 2) = read.train.targets else {
            Issue.record("no values")
            return
        }
        #expect((0..<4).map { values[$0] } == [10, 11, 20, 21])
    }

    @Test func labelsOfAllWidths() throws {
        let folder = try ScratchFolder()
        let classes = (0..<300).map(String.init)
        try Dataset(name: "wide", features: [1, 2], featureShape: [1], labels: [0, 299], classes: classes)
            .write(to: folder("i64"))
        #expect(try SafeTensors(path: folder("i64"))["train.y"]?.type == .i64)
        #expect(try Dataset(path: folder("i64")).train.label(1) == 299)
        let u16 = folder.write(
            "u16", Self.foreign(y: #"{"dtype":"U16","shape":[2],"data_offsets":[2,6]}"#, data: [8, 9, 0, 0, 43, 1]))
        #expect(try Dataset(path: u16).train.label(1) == 299)
    }

    @Test func fileOfAnotherProgram() throws {
        let folder = try ScratchFolder()
        let path = folder.write(
            "file", Self.foreign(y: #"{"dtype":"U8","shape":[2],"data_offsets":[2,4]}"#, data: [8, 9, 3, 0]))
        let dataset = try Dataset(path: path)
        defer { extendLifetime(dataset) }
        #expect(dataset.task == .classification(classes: ["0", "1", "2", "3"]))
        guard case .u8(let bytes, let scale) = dataset.train.features else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes[1] == 9 && scale == 1)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var metadata = ""
        var x = #"{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]}"#
        var y = #"{"dtype":"U8","shape":[2],"data_offsets":[2,4]}"#
        var data: [UInt8] = [8, 9, 1, 0]
        var place: FastTrainError.Place
        var says: String

        var bytes: [UInt8] {
            safetensors(#"{"__metadata__":{\#(metadata)},"train.x":\#(x),"train.y":\#(y)}       "#, data: data)
        }
    }

    static let cases: [Case] = [
        Case(
            testDescription: "label out of range", metadata: #""classes":"[\"a\"]""#, place: .row(0),
            says: "0 to 0 in train.y"),
        Case(
            testDescription: "counts differ", y: #"{"dtype":"U8","shape":[1],"data_offsets":[2,3]}"#,
            data: [8, 9, 1], place: .named("train.y"), says: "2 rows"),
        Case(
            testDescription: "labels with two dimensions", y: #"{"dtype":"U8","shape":[2,1],"data_offsets":[2,4]}"#,
            place: .named("train.y"), says: "labels [rows]"),
        Case(
            testDescription: "labels of an unsupported type", y: #"{"dtype":"I8","shape":[2],"data_offsets":[2,4]}"#,
            place: .named("train.y"), says: "I8"),
        Case(
            testDescription: "features without columns", x: #"{"dtype":"U8","shape":[2],"data_offsets":[0,2]}"#,
            place: .named("train.x"), says: "[rows, …]"),
        Case(
            testDescription: "features of an unsupported type",
            x: #"{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]}"#,
            place: .named("train.x"), says: "F16"),
        Case(
            testDescription: "no rows", x: #"{"dtype":"U8","shape":[0,1],"data_offsets":[0,0]}"#,
            y: #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#, data: [], place: .named("train.x"),
            says: "no extent of 0"),
        Case(testDescription: "no classes", metadata: #""classes":"[]""#, place: .named("classes"), says: "none"),
        Case(
            testDescription: "classes are not a list", metadata: #""classes":"a,b""#, place: .named("classes"),
            says: "a,b"
        ),
        Case(
            testDescription: "classes are numbers", metadata: #""classes":"[1,2]""#, place: .named("classes"),
            says: "[1,2]"),
        Case(
            testDescription: "duplicate class", metadata: #""classes":"[\"a\",\"a\"]""#, place: .named("classes"),
            says: "\"a\" twice"),
        Case(
            testDescription: "classes and targets", metadata: #""classes":"[\"a\"]","targets":"[\"a\"]""#,
            place: .named("targets"), says: "both"),
        Case(
            testDescription: "labels for a regression", metadata: #""targets":"[\"a\"]""#,
            place: .named("train.y"),
            says: "F32"),
        Case(
            testDescription: "scale is not a number", metadata: #""x_scale":"nan""#, place: .named("x_scale"),
            says: "nan"),
        Case(testDescription: "scale 0", metadata: #""x_scale":"0""#, place: .named("x_scale"), says: "positive"),
        Case(
            testDescription: "a model", metadata: #""format":"fasttrain.model.v1""#, place: .named("digest"),
            says: "digest"),
    ]

    @Test(arguments: cases)
    func invalidFileIsRefused(_ item: Case) throws {
        let folder = try ScratchFolder()
        let path = folder.write("file", item.bytes)
        let error = failure { _ = try Dataset(path: path) }
        #expect(error.exitCode == 65)
        #expect(error.place == item.place, "\(error)")
        #expect(error.description.contains(item.says), "\(error)")
    }

    @Test func modelIsRefused() throws {
        let folder = try ScratchFolder()
        try SafeTensorsWriter.write(
            [TensorToWrite(name: "0.weight", shape: [1, 1], floats: [1])], metadata: ["format": "fasttrain.model.v1"],
            to: folder("model"))
        let error = failure { _ = try Dataset(path: folder("model")) }
        #expect(error.description.hasSuffix("expected fasttrain.dataset.v1, found fasttrain.model.v1"), "\(error)")
    }

    @Test func labelOutOfRangeIsRefused() throws {
        let folder = try ScratchFolder()
        let y = #"{"dtype":"I64","shape":[2],"data_offsets":[2,18]}"#
        for label in [Int64.max, 65_536, -1] {
            // The two bytes of features would misalign the labels, so the header is padded.
            let data = [8, 9] + littleEndian(Int64(0)) + littleEndian(label)
            let error = failure {
                _ = try Dataset(path: folder.write("file", Self.foreign(y: y, data: data)))
            }
            #expect(error.place == .row(1), "\(error)")
        }
    }

    @Test func misalignedNumbersAreRefused() throws {
        let folder = try ScratchFolder()
        let y = #"{"dtype":"F32","shape":[2,1],"data_offsets":[2,10]}"#
        let bytes = Self.foreign(y: y, data: [8, 9] + [UInt8](repeating: 0, count: 8), shift: 1)
        let error = failure { _ = try Dataset(path: folder.write("file", bytes)) }
        #expect(error.place == .named("train.y") && error.description.contains("aligned to 4 bytes"), "\(error)")
    }

    @Test func mismatchedArraysAreRefused() {
        func classes(_ features: [Float], _ shape: [Int], _ labels: [Int], test: [Int] = []) -> FastTrainError {
            failure {
                _ = try Dataset(
                    name: "made", features: features, featureShape: shape, labels: labels, classes: ["a", "b"],
                    testLabels: test)
            }
        }
        #expect(classes([1, 2, 3], [2], [0, 1]).place == .named("train.x"))
        #expect(classes([1, 2], [1], [0, 2]).place == .row(1))
        #expect(classes([1, 2], [1], [0, -1]).place == .row(1))
        #expect(classes([1, .nan], [1], [0, 1]).place == .row(1))
        #expect(classes([1, 2, -.infinity, 4], [2], [0, 1]).place == .row(1))
        #expect(classes([], [1], []).place == .named("train.x"))
        #expect(classes([1], [], [0]).place == .named("train.x"))
        #expect(classes([1], [-1], [0]).place == .named("train.x"))
        #expect(classes([1], [.max, .max], [0]).place == .named("train.x"))
        #expect(classes([1], [1], [0], test: [1]).place == .named("test.x"))
        let twice = failure {
            _ = try Dataset(name: "made", features: [1], featureShape: [1], labels: [0], classes: ["a", "a"])
        }
        #expect(twice.description == "made, 'classes': expected each name once, found \"a\" twice")
        let error = failure {
            _ = try Dataset(
                name: "made", features: [1], featureShape: [1], targets: [1, 2, 3], targetNames: ["u", "v"])
        }
        #expect(error.place == .named("train.y"))
    }

    private static func floats(_ features: Features, _ count: Int) -> [Float] {
        guard case .f32(let base) = features else { return [] }
        return (0..<count).map { base[$0] }
    }

    /// A file as another program might write it: two rows of one byte each, followed by `y`. The header is padded so
    /// that the data after the two bytes start `shift` bytes after a multiple of 8.
    private static func foreign(y: String, data: [UInt8], shift: Int = 0) -> [UInt8] {
        var header = #"{"train.x":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},"train.y":\#(y)}"#
        while (8 + header.utf8.count + 2) % 8 != shift { header += " " }
        return safetensors(header, data: data)
    }
}
