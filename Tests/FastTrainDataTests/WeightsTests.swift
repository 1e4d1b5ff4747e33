import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// Row weights: `train.w` and `test.w`.
@Suite struct WeightsTests {
    private static func dataset(
        _ weights: [Float]?, test: [Float]? = nil, testRows: Int = 0
    ) throws(FastTrainError) -> Dataset {
        try Dataset(
            name: "made", features: [1, 2, 3], featureShape: [1], labels: [0, 1, 0], classes: ["a", "b"],
            weights: weights, testFeatures: [Float](repeating: 4, count: testRows),
            testLabels: [Int](repeating: 1, count: testRows), testWeights: test)
    }

    @Test func roundTrip() throws {
        let folder = try ScratchFolder()
        let made = try Self.dataset([0.5, 0, 2], test: [3], testRows: 1)
        try made.write(to: folder("file"))
        let read = try Dataset(path: folder("file"))
        defer { extendLifetime((made, read)) }
        for dataset in [made, read] {
            let weights = try #require(dataset.train.weights)
            #expect((0..<3).map { weights[$0] } == [0.5, 0, 2])
            #expect(dataset.test?.weights?[0] == 3)
            #expect(dataset.summary == "3 training and 1 test rows, 1 F32, 2 classes, weighted")
        }
        let description = try FileDescription(path: folder("file"))
        #expect(description.json["dataset"]?["training_weight_sum"] == .number(2.5))
        #expect(description.json["dataset"]?["test_weight_sum"] == .number(3))
        #expect(description.text.contains("train.w  F32   3"))
    }

    @Test func inRegression() throws {
        let dataset = try Dataset(
            name: "made", features: [1, 2], featureShape: [1], targets: [5, 6], targetNames: ["u"], weights: [1, 2])
        defer { extendLifetime(dataset) }
        #expect(dataset.train.weights?[1] == 2 && dataset.test == nil)
    }

    @Test func areOptional() throws {
        let folder = try ScratchFolder()
        try Self.dataset(nil).write(to: folder("file"))
        #expect(try Dataset(path: folder("file")).train.weights == nil)
        #expect(try SafeTensors(path: folder("file"))["train.w"] == nil)
        #expect(try FileDescription(path: folder("file")).json["dataset"]?["training_weight_sum"] == nil)
    }

    @Test func changeTheFingerprint() throws {
        let prints = try [nil, [1, 1, 1], [1, 1, 2]].map { try Self.dataset($0).fingerprint }
        #expect(Set(prints).count == 3)
        #expect(try Self.dataset([1, 1, 2]).fingerprint == prints[2])
    }

    @Test(
        arguments: [
            ([1, -0.5, 1], FastTrainError.Place.row(1), "a weight of at least 0 in train.w, found -0.5"),
            ([1, 1, .nan], .row(2), "finite numbers in train.w"),
            ([.infinity, 1, 1], .row(0), "finite numbers in train.w"),
            ([0, 0, -0.0], .named("train.w"), "a weight above 0, found 0 for all rows"),
            ([1, 1], .named("train.w"), "weights [3], one for each row, found [2]"),
            ([], .named("train.w"), "weights [3], one for each row, found [0]"),
        ] as [([Float], FastTrainError.Place, String)])
    func areChecked(weights: [Float], place: FastTrainError.Place, says: String) {
        let error = failure { _ = try Self.dataset(weights) }
        #expect(error.exitCode == 65 && error.place == place && error.description.contains(says), "\(error)")
    }

    @Test func ofTestRowsAreChecked() {
        #expect(failure { _ = try Self.dataset(nil, test: [-1], testRows: 1) }.place == .row(0))
        #expect(failure { _ = try Self.dataset(nil, test: [1]) }.place == .named("test.x"))
    }

    @Test func ofWrongTypeOrWithoutRowsAreRefused() throws {
        let folder = try ScratchFolder()
        let rows = """
            "train.x":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},\
            "train.y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}
            """
        let integers = folder.write(
            "integers",
            safetensors(
                #"{\#(rows),"train.w":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}"#, data: [8, 9, 1, 0, 1, 1]))
        #expect(failure { _ = try Dataset(path: integers) }.place == .named("train.w"))
        let alone = folder.write(
            "alone",
            safetensors(
                #"{\#(rows),"test.w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                data: [8, 9, 1, 0, 0, 0, 0, 0]))
        #expect(failure { _ = try Dataset(path: alone) }.place == .named("test.x"))
    }
}
