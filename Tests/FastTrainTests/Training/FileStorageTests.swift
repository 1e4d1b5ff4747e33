import Foundation
import Synchronization
import Testing

@testable import FastTrain

/// Files that other processes change while the library has them open. A mapped file that is truncated would end this
/// process.
@Suite struct FileStorageTests {
    private let folder = ScratchFolder()

    @Test func dataInMemoryDoNotDependOnTheFile() throws {
        let path = folder.file("data.safetensors")
        try FileManager.default.copyItem(atPath: Self.sample, toPath: path)
        var recipe = Recipe()
        recipe.hidden = [8]
        recipe.epochs = 1
        let mapped = try Dataset(path: path)
        let expected = try Training(recipe, on: mapped).train()
        let data = try Dataset(path: path, storage: .memory)
        #expect(data.fingerprint == mapped.fingerprint && data.summary == mapped.summary)
        #expect(data.summary.contains("U8"))
        #expect(truncate(path, 5000) == 0)
        let outcome = try Training(recipe, on: data).train()
        #expect(outcome.model == expected.model && outcome.test == expected.test)
        #expect(try outcome.model.predict(data.test!).count == 1000)
        // The mapped one reports the change, unless it accesses the missing part first.
        #expect(throws: FastTrainError.self) { try mapped.checkUnchanged() }
    }

    @Test func filesThatAreNoDataSetsAreRefusedAlike() throws {
        let path = folder.file("file")
        for bytes in [[], [1, 2, 3], [UInt8](repeating: 7, count: 1000)] as [[UInt8]] {
            try writeBytes(bytes, to: path)
            let errors = [FileStorage.mapped, .memory].map { storage in
                do {
                    _ = try Dataset(path: path, storage: storage)
                    return "none"
                } catch { return "\(error)" }
            }
            #expect(errors[0] == errors[1] && errors[0] != "none")
        }
        for missing in [folder.file("missing"), folder.path, "/dev/null", ""] {
            #expect([64, 66].contains(exitCode { _ = try Dataset(path: missing, storage: .memory) }))
        }
    }

    /// A header says how large a file is, so none larger than the memory is read because of its name.
    @Test func aHugeFileOfAnotherFormatIsRefusedWithoutBeingRead() throws {
        let path = folder.file("huge")
        try writeBytes([], to: path)
        try #require(truncate(path, 1 << 40) == 0)
        #expect(exitCode { _ = try Dataset(path: path, storage: .memory) } == 65)
        #expect(exitCode { _ = try Model(path: path) } == 65)
    }

    /// A model can be replaced in the worst way while it is read: truncated and written again.
    @Test func aModelThatIsRewrittenMeanwhileIsReadOrRefused() throws {
        let path = folder.file("model.safetensors")
        var recipe = Recipe()
        recipe.hidden = [300]
        let network = Network(inputs: 784, hidden: [300], outputs: 10)
        let model = try Model(
            recipe: try recipe.resolved(for: Dataset.mnistSample()), featureShape: [784], scale: nil,
            task: .classification(classes: (0..<10).map(String.init)), parameters: network.zeroParameters())
        try model.save(to: path)
        let bytes = try readBytes(path)
        let isDone = Atomic(false)
        let writes = Atomic(0)
        let writer = WorkerThread {
            while !isDone.load(ordering: .acquiring) {
                let file = open(path, O_WRONLY | O_TRUNC)
                _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                close(file)
                writes.add(1, ordering: .relaxed)
            }
        }
        var (read, refused) = (0, 0)
        while read < 3 || refused < 3 || writes.load(ordering: .relaxed) < 100 {
            do throws(FastTrainError) {
                let found = try Model(path: path)
                #expect(found == model)
                read += 1
            } catch {
                #expect(error.exitCode == 65)
                refused += 1
            }
        }
        isDone.store(true, ordering: .releasing)
        writer?.join()
    }

    private static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/CSample/mnist-sample.safetensors").standardizedFileURL.path
}
