import FastTrain
import Foundation
import Testing

/// Accuracy on real digits. A recipe gives the same numbers everywhere, so these bounds hold always or never.
@Suite(.serialized) struct LearningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func demoLearnsTheSample() throws {
        let result = try Fasttrain.run(["--epochs", "20"])  // as `make demo`
        #expect(result.status == 0)
        let row = try #require(result.stdout.split(separator: "\n").first { $0.hasPrefix("test  ") })
        let accuracy = try #require(row.split(separator: " ").last?.dropLast())  // 94.00%
        #expect(try #require(Double(accuracy)) >= 94)
        #expect(result.stdout.contains("\nconfusion matrix of the test rows: "))
        #expect(result.stdout.contains("\nprecision  "))
        print("the built-in sample, 20 epochs: \(accuracy)% of the test rows")
    }

    @Test(
        .enabled(if: TestScope.mnist != nil, "SKIPPED: set FASTTRAIN_MNIST to the folder with MNIST's four files"))
    func learnsAllOfMNIST() throws {
        let (data, run) = (folder.path("mnist.safetensors"), folder.path("run"))
        let conversion = try Fasttrain.run(
            ["mnist", try #require(TestScope.mnist), "-o", data], program: Fasttrain.converter)
        #expect(conversion.status == 0, "\(conversion.stderr)")

        let (epochs, bound) = TestScope.isLong ? (10, 0.98) : (1, 0.93)
        let training = try Fasttrain.run(
            ["--data", data, "--hidden", "256", "--epochs", "\(epochs)", "--threads", "2", "--output", run])
        #expect(training.status == 0, "\(training.stderr)")

        let path = run + "/metrics.json"
        let metrics = try JSON(parsing: String(contentsOfFile: path, encoding: .utf8), file: path)
        guard case .number(let accuracy)? = metrics["test_accuracy"] else {
            Issue.record("no test_accuracy in \(metrics.names)")
            return
        }
        #expect(accuracy >= bound)
        print("all of MNIST, --hidden 256, epochs: \(epochs), right: \(accuracy) of the test rows")
    }
}
