import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

@Suite struct DigestTests {
    private static func dataset() throws -> Dataset {
        try Dataset(
            name: "small", features: [1, 2, 3, 4], featureShape: [2], labels: [0, 1], classes: ["no", "yes"])
    }

    /// Damage is detected both when the file is opened as a data set and when it is inspected.
    @Test func everyFlippedBitAndTruncationIsDetected() throws {
        let folder = try ScratchFolder()
        let path = folder("file")
        try Self.dataset().write(to: path)
        let count = Damage.inflictAll(on: path) { damage in
            for open in [{ _ = try Dataset(path: path) }, { _ = try FileDescription(path: path) }]
                as [() throws -> Void]
            {
                let error = failure("\(damage)", of: open)
                guard case .badData(path, _, let expected, let found) = error, !expected.isEmpty, !found.isEmpty else {
                    Issue.record("\(damage): \(error)")
                    return
                }
            }
        }
        #expect(count > 2000)
    }

    @Test func fingerprintIsTheDigest() throws {
        let folder = try ScratchFolder()
        try Self.dataset().write(to: folder("file"))
        let file = try SafeTensors(path: folder("file"))
        #expect(try Dataset(path: folder("file")).fingerprint == file.metadata["digest"]?.dropFirst(6).description)
        #expect(try Self.dataset().fingerprint == Self.dataset().fingerprint)
    }
}
