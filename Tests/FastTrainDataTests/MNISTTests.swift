import Glibc
import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// The folder with the four files of MNIST, if it is given.
private let mnistFolder: String? = getenv("FASTTRAIN_MNIST").map { String(cString: $0) }

@Suite(.enabled(if: mnistFolder != nil, "SKIPPED: set FASTTRAIN_MNIST to the folder with MNIST's four files"))
struct MNISTTests {
    @Test func roundTrip() throws {
        let scratch = try ScratchFolder()
        let source = try Dataset(mnistFolder: try #require(mnistFolder))
        try source.write(to: scratch("mnist.safetensors"))
        let dataset = try Dataset(path: scratch("mnist.safetensors"))
        defer { extendLifetime((source, dataset)) }
        #expect(dataset.summary == "60,000 training and 10,000 test rows, 28×28 U8, 10 classes")
        #expect(try SafeTensors(path: dataset.name).byteCount <= 55_100_000)
        // The known counts of the training digits, and the first labels.
        #expect(
            dataset.train.labelCounts
                == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        #expect((0..<10).map(dataset.train.label) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect((0..<10).map(try #require(dataset.test).label) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
        for (before, after, rows) in [(source.train, dataset.train, 60_000), (source.test!, dataset.test!, 10_000)] {
            guard case .u8(let a, _) = before.features, case .u8(let b, _) = after.features else {
                Issue.record("no bytes")
                return
            }
            #expect(memcmp(a, b, rows * 784) == 0)
        }
    }

    /// The XXH64 hashes of the decompressed files without their headers, computed by the reference implementation from
    /// files with the published MD5.
    @Test(arguments: [
        ("train-images-idx3-ubyte.gz", UInt64(0xA3E1_2709_77B8_5335)),
        ("train-labels-idx1-ubyte.gz", 0x54D0_E638_451D_FE02),
        ("t10k-images-idx3-ubyte.gz", 0x7C6D_51B0_6340_1B65),
        ("t10k-labels-idx1-ubyte.gz", 0xA06B_BE81_7125_D4DB),
    ])
    func contentIsThePublishedOne(name: String, expected: UInt64) throws {
        let file = try IDXFile(path: "\(try #require(mnistFolder))/\(name)")
        defer { extendLifetime(file) }
        #expect(XXH64.hash(file.bytes) == expected)
    }
}
