import CSample
import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// The data set built into the program.
@Suite struct SampleTests {
    @Test func isValidAndBalanced() throws {
        let sample = try Dataset.mnistSample()
        let test = try #require(sample.test)
        #expect(sample.summary == "4,000 training and 1,000 test rows, 28×28 U8, 10 classes")
        #expect(sample.task == .classification(classes: (0..<10).map(String.init)))
        #expect(sample.train.labelCounts == [Int](repeating: 400, count: 10))
        #expect(test.labelCounts == [Int](repeating: 100, count: 10))
        #expect((0..<20).map(sample.train.label) == Array(0..<10) + Array(0..<10))
        guard case .u8(let pixels, let scale) = sample.train.features else {
            Issue.record("no bytes")
            return
        }
        #expect(scale == Float(1) / 255)
        #expect(Int(bitPattern: pixels) % 64 == 0)
        let inked = (0..<4000 * 784).count { pixels[$0] > 0 }
        #expect((0.15..<0.25).contains(Double(inked) / (4000 * 784)))
    }

    @Test func digestMatches() throws {
        let bytes = UnsafeRawBufferPointer(start: ft_mnist_sample(), count: ft_mnist_sample_size())
        let file = try SafeTensors(bytes: bytes, name: "sample")
        #expect(try file.verifyDigest() == Dataset.mnistSample().fingerprint)
        #expect(bytes.count < 3_930_000)
    }

    /// Tools/make-mnist-sample.py writes the same bytes as our own writer.
    @Test func matchesOurWriter() throws {
        let folder = try ScratchFolder()
        let bytes = UnsafeRawBufferPointer(start: ft_mnist_sample(), count: ft_mnist_sample_size())
        let metadata = try SafeTensors(bytes: bytes, name: "sample").metadata
        try Dataset.mnistSample().write(
            to: folder("file"), description: metadata["description"], licence: metadata["licence"])
        #expect(folder.read("file").elementsEqual(bytes))
    }
}
