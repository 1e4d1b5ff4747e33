import Foundation
import Testing

@testable import FastTrain

@Suite struct RunFolderTests {
    private let scratch = ScratchFolder()
    private var path: String { scratch.file("runs/first") }

    private static let run = RunDescription(
        recipe: Sample.recipe, data: "some \"data\".safetensors", fingerprint: "0123456789abcdef", checkpointEvery: 5)

    private func started() throws -> RunFolder {
        let folder = try RunFolder.create(path)
        try folder.writeRecipe(Self.run)
        return folder
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    // MARK: Files of the run

    @Test func recipe() throws {
        let folder = try started()
        #expect(try folder.readRecipe() == Self.run)
        let builtIn = RunDescription(recipe: Sample.recipe, data: nil, fingerprint: "f")
        try folder.writeRecipe(builtIn)
        #expect(try folder.readRecipe() == builtIn)
        #expect(try RunDescription(folder: path) == builtIn)
        #expect(try names(path) == ["lock", "recipe.json"])
    }

    @Test(arguments: [
        (#""shards": 2"#, #""shards": 0"#, "shards"), (#""shards": 2"#, #""shard": 2"#, "shards"),
        (#""loss": "cross-entropy""#, #""loss": null"#, "loss"), (#""fingerprint""#, #""finger""#, "fingerprint"),
        (#""checkpoint_every": 5"#, #""checkpoint_every": 0"#, "checkpoint_every"),
        (#""shuffle": true"#, #""shuffle": true, "wings": 2"#, "wings"), (#""data": ""#, #""data": 5, "d": ""#, "data"),
    ]) func wrongRecipes(old: String, new: String, name: String) throws {
        let folder = try started()
        let text = try String(contentsOfFile: folder.recipePath, encoding: .utf8)
        try #require(text.contains(old))
        try writeBytes(Array(text.replacingOccurrences(of: old, with: new).utf8), to: folder.recipePath)
        expectBadData(folder.recipePath, .named(name)) { _ = try folder.readRecipe() }
    }

    @Test func invalidRecipes() throws {
        let folder = try started()
        try writeBytes([], to: folder.recipePath)
        expectBadData(folder.recipePath, .byte(0)) { _ = try folder.readRecipe() }
        try writeBytes(Array("{\"hidden\":[3".utf8), to: folder.recipePath)
        expectBadData(folder.recipePath, .byte(12)) { _ = try folder.readRecipe() }
        try writeBytes([0xFF], to: folder.recipePath)
        expectBadData(folder.recipePath, .file) { _ = try folder.readRecipe() }
        try writeBytes(Array("[]".utf8), to: folder.recipePath)
        expectBadData(folder.recipePath, .file) { _ = try folder.readRecipe() }
    }

    @Test func history() throws {
        let folder = try started()
        #expect(try folder.readHistory().isEmpty)
        try folder.writeHistory([])
        #expect(try folder.readHistory().isEmpty)
        let records = [Sample.record(1), Sample.record(2)]
        try folder.writeHistory(records)
        #expect(try folder.readHistory() == records)
        var record = records[0]
        (record.validationLoss, record.validationAccuracy) = (0.5, 0.25)
        (record.trainLoss, record.learningRate, record.samplesPerSecond, record.seconds) = (2, 0.001, 100, 1.5)
        try folder.writeHistory([record])
        #expect(
            try String(contentsOfFile: folder.historyPath, encoding: .utf8) == """
                {"epoch":1,"step":10,"train_loss":2.0,"validation_loss":0.5,"validation_accuracy":0.25,\
                "learning_rate":0.001,"samples_per_second":100.0,"seconds":1.5}

                """)
    }

    @Test func historyLinesMayEndWithCarriageReturns() throws {
        let folder = try started()
        let records = [Sample.record(1), Sample.record(2)]
        try writeBytes(Array(records.map { $0.json.text + "\r\n" }.joined().utf8), to: folder.historyPath)
        #expect(try folder.readHistory() == records)
    }

    @Test(arguments: ["", "{", "{}", "7", "{\"epoch\":\"one\"}"]) func invalidHistory(line: String) throws {
        let folder = try started()
        try folder.writeHistory([Sample.record(1)])
        let text = try String(contentsOfFile: folder.historyPath, encoding: .utf8) + line + "\n"
        try writeBytes(Array(text.utf8), to: folder.historyPath)
        expectBadData(folder.historyPath, .line(2)) { _ = try folder.readHistory() }
    }

    @Test func model() throws {
        let folder = try started()
        try folder.writeModel(Sample.model)
        #expect(try Model(path: path + "/") == Sample.model)
    }

    // MARK: Ownership

    @Test func aFolderWithARunIsRefusedForANewRun() throws {
        try started().writeHistory([])
        let error = #expect(throws: FastTrainError.self) { try RunFolder.create(path) }
        #expect(error?.exitCode == 73)
        #expect("\(error!)".contains("fasttrain resume \(path)"))
        #expect(try RunFolder.open(path).readRecipe() == Self.run)
    }

    @Test func aFolderWithoutARunCannotBeResumed() throws {
        #expect(throws: FastTrainError.noInput(path: path, reason: "no such folder")) { try RunFolder.open(path) }
        _ = try RunFolder.create(path)
        #expect(throws: FastTrainError.noInput(path: path, reason: "holds no run: there is no recipe.json")) {
            try RunFolder.open(path)
        }
        let file = scratch.file("file")
        try writeBytes([], to: file)
        #expect(throws: FastTrainError.noInput(path: file, reason: "is not a folder")) { try RunFolder.open(file) }
        #expect(throws: FastTrainError.cannotCreate(path: file, reason: "is not a folder")) {
            try RunFolder.create(file)
        }
        #expect(throws: FastTrainError.cannotCreate(path: file, reason: "is not a folder")) {
            try RunFolder.create(file + "/run")
        }
    }

    @Test func onlyOneOwnerAtATime() throws {
        let owner = try started()
        #expect(throws: FastTrainError.folderInUse(path: path, holder: getpid())) { try RunFolder.open(path) }
        #expect(throws: FastTrainError.folderInUse(path: path, holder: getpid())) { try RunFolder.create(path) }
        #expect(try owner.readRecipe() == Self.run)
    }

    @Test func theOwnerReleasesTheFolder() throws {
        do { _ = try started() }
        #expect(try RunFolder.open(path).readRecipe() == Self.run)
    }

    /// flock(1) of util-linux takes the lock and becomes `cat`. Once `cat` answers, it has the lock.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")))
    func anotherProcessOwnsTheFolderUntilItIsKilled() throws {
        do { _ = try started() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["--nonblock", "--no-fork", path + "/lock", "cat"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        try input.fileHandleForWriting.write(contentsOf: [0x21])
        #expect(try output.fileHandleForReading.read(upToCount: 1) == Data([0x21]))

        #expect(throws: FastTrainError.folderInUse(path: path, holder: nil)) { try RunFolder.open(path) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try RunFolder.open(path).readRecipe() == Self.run)
    }

    /// While a process is being started, it briefly has its parent's descriptors, including the lock's.
    @Test func aLockThatIsAboutToBeReleasedIsTaken() throws {
        do { _ = try started() }
        let descriptor = open(path + "/lock", O_RDWR)
        try #require(flock(descriptor, LOCK_EX) == 0)
        var isHeld = true
        _ = try FolderLock.take(path) {
            if isHeld { close(descriptor) } else { usleep(10_000) }
            isHeld = false
        }
        #expect(!isHeld)
    }

    @Test func theNumberOfADeadOwnerIsNotReported() throws {
        do { _ = try started() }
        let descriptor = open(path + "/lock", O_RDWR)
        defer { close(descriptor) }
        // This waits because a process that another test starts briefly has this process's descriptors, including the
        // lock's.
        try #require(flock(descriptor, LOCK_EX) == 0)
        for text in ["2147483647\n", "junk", "-1\n", "0\n", "99999999999999999999"] {
            ftruncate(descriptor, 0)
            pwrite(descriptor, text, text.utf8.count, 0)
            #expect(throws: FastTrainError.folderInUse(path: path, holder: nil)) {
                try FolderLock.take(path, pause: {})
            }
        }
    }

    @Test func leftoversOfAKilledProcessAreRemoved() throws {
        do { try started().writeHistory([]) }
        mkdir(path + "/checkpoints", 0o777)
        for folder in [path, path + "/checkpoints"] {
            try writeBytes([1, 2, 3], to: folder + "/.fasttrain-1-0.partial")
            try writeBytes([1], to: folder + "/mine.partial")
        }
        let folder = try RunFolder.open(path)
        #expect(try names(path) == ["checkpoints", "history.jsonl", "lock", "mine.partial", "recipe.json"])
        #expect(try names(folder.checkpointsPath) == ["mine.partial"])
        #expect(try folder.newestSoundCheckpoint() == nil)
    }
}
