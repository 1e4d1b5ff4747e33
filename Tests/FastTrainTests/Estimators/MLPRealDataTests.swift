import Testing
import _TestSupport

@testable import FastTrain

/// The estimators score as well as scikit-learn's on its own data sets with equal settings.
///
/// Tests/References/make_sklearn_references.py recorded scikit-learn's scores of ten seeds. The random weights and
/// orders differ between the two.
@Suite struct MLPRealDataTests {
    private static let file = try! SafeTensors(path: PyTorchReferenceTests.folder + "/sklearn-data.safetensors")
    static let sets = file.metadata.keys.filter { file[$0 + ".scores"] != nil }.sorted()

    private func matrix(_ name: String) throws -> Matrix {
        let tensor = try #require(Self.file[name])
        let columns = tensor.shape.dropFirst().reduce(1, *)
        guard tensor.type == .u8 else {
            return Matrix(try Self.file.floats(name, shape: tensor.shape), rows: tensor.shape[0], columns: columns)
        }
        return Matrix(Self.file.bytes(of: tensor).map { Float($0) }, rows: tensor.shape[0], columns: columns)
    }

    @Test func allDataSetsExist() { #expect(Self.sets.count == 6) }

    @Test(arguments: sets)
    func scoresMatchScikitLearn(name: String) throws {
        var settings = try MLPSettings(scikitLearn: Self.file.metadata[name]!)
        let (x, y) = (try matrix(name + ".train.x"), try matrix(name + ".train.y"))
        let (testX, testY) = (try matrix(name + ".test.x"), try matrix(name + ".test.y"))
        let isClassifier = Self.file[name + ".train.y"]!.type == .u8
        let scores = try (0..<10).map { seed in
            settings.randomState = UInt64(seed)
            if isClassifier {
                var net = MLPClassifier<Int>(settings: settings)
                try net.fit(x, y.values.map { Int($0) })
                return try net.score(testX, testY.values.map { Int($0) })
            }
            var net = MLPRegressor(settings: settings)
            try net.fit(x, y)
            return try net.score(testX, testY)
        }
        let theirs = try matrix(name + ".scores").values.map { Double($0) }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        func variance(_ values: [Double]) -> Double {
            values.reduce(0) { $0 + ($1 - mean(values)) * ($1 - mean(values)) } / Double(values.count - 1)
        }
        // The means of ten scores differ by chance. They differ by more than two standard errors once in twenty cases.
        let error = ((variance(scores) + variance(theirs)) / 10).squareRoot()
        #expect(
            mean(scores) >= mean(theirs) - 2 * error - 1e-6,
            "\(name): \(mean(scores)), scikit-learn \(mean(theirs)), standard error \(error)")
        print("\(name): \(mean(scores)), scikit-learn \(mean(theirs)), standard error \(error)")
    }
}
