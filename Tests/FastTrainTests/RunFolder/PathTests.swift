import Testing

@testable import FastTrain

/// A path with a NUL would be cut short by the system's calls.
@Suite struct PathTests {
    private let folder = ScratchFolder()
    private var path: String { folder.file("a\0x") }

    @Test func pathsWithNULAreRefused() throws {
        let data = try SmallData.classes()
        try Sample.model.save(to: folder.file("a"))
        try data.write(to: folder.file("a.safetensors"))
        var recipe = Recipe()
        recipe.epochs = 1
        let space = try SearchSpace(JSON(parsing: #"{"hidden": [[4], [6]]}"#, file: ""), file: "", lines: [:])
        var search = SearchOptions()
        search.output = path
        let calls: [() throws -> Void] = [
            { _ = try Dataset(path: path) },
            { _ = try Dataset(path: folder.file("a.safetensors\0x"), storage: .memory) },
            { try data.write(to: path) },
            { _ = try Dataset(mnistFolder: path) },
            { _ = try Model(path: path) },
            { try Sample.model.save(to: path) },
            { _ = try Model.loadParameters(path: path, of: Sample.model.network) },
            { _ = try Training(recipe, on: data, options: RunOptions(output: path)) },
            { _ = try Training(recipe, on: data, options: RunOptions(output: folder.file("\0"))) },
            { _ = try Training(recipe, on: data, options: RunOptions(tensorBoard: path)) },
            { _ = try Training.resume(path) },
            { _ = try Search(recipe, space: space, on: data, options: search) },
            { _ = try Search.resume(path) },
            { _ = try Search.isSearch(path) },
            { _ = try SearchSpace(path: path) },
            { _ = try RunConfiguration(path: path) },
            { try OutputFile.check(path, reading: []) },
            { _ = try RunFolder.create(path) },
            { _ = try Checkpoint(path: path) },
        ]
        for (index, call) in calls.enumerated() {
            #expect(throws: FastTrainError.self, "call \(index)") { try call() }
            do { try call() } catch let error as FastTrainError {
                let text = error.description
                #expect(error.exitCode == 64 && text.contains("NUL") && !text.contains("\0"), "call \(index): \(text)")
            } catch {
                Issue.record("call \(index): \(error)")
            }
        }
        #expect(try System.names(in: folder.path).sorted() == [".", "..", "a", "a.safetensors"])
    }
}
