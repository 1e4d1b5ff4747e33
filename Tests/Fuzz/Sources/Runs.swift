import Glibc

@testable import FastTrain
@testable import FastTrainData
@testable import FastTrainSupport

let runParsers = [
    Parser(name: "config", test: testConfiguration),
    Parser(name: "space", test: testSpace),
    Parser(name: "recipe", test: testRecipe),
    Parser(name: "history", test: testHistory),
    Parser(name: "search", test: testSearch),
    Parser(name: "trials", test: testTrials),
]

// MARK: - Settings

/// Checks that the JSON of an accepted configuration file is read back as the same configuration.
private func testConfiguration(_ bytes: UnsafeRawBufferPointer) {
    let path = Scratch.write("input.yaml", bytes)
    guard let configuration = reading({ () throws(FastTrainError) in try RunConfiguration(path: path) }),
        let recipe = reading(orUsage: true, { () throws(FastTrainError) in try configuration.recipe() })
    else { return }
    let copy = again("\(recipe.json.text) is refused") { () throws(FastTrainError) in
        try Recipe(json: JSON(parsing: recipe.json.text, file: "copy"), file: "copy")
    }
    expect(copy.differences(from: recipe).isEmpty, "other settings: \(copy.differences(from: recipe))")
}

/// Checks that values drawn from a search space are accepted by a recipe and lie within their range, and that the JSON
/// of the space is read back unchanged.
private func testSpace(_ bytes: UnsafeRawBufferPointer) {
    let path = Scratch.write("input.yaml", bytes)
    guard let space = reading({ () throws(FastTrainError) in try SearchSpace(path: path) }) else { return }
    check(space)
    let copy = again("\(space.json.text) is refused") { () throws(FastTrainError) in
        try SearchSpace(JSON(parsing: space.json.text, file: "copy"), file: "copy", lines: [:])
    }
    expect(copy == space, "\(space.json.text) is read as another space: \(copy.json.text)")
}

private func check(_ space: SearchSpace) {
    for trial in 0..<8 {
        let members = space.draw(trial, seed: 1)
        let changes = again("what was drawn is refused") { () throws(FastTrainError) in
            try RecipeChanges(.object(members), file: "drawn", place: .file)
        }
        _ = changes.applied(to: Recipe())
        for (member, dimension) in zip(members, space.dimensions) {
            guard case .range(let low, let high, _, _) = dimension.values else { continue }
            let value = Double(json: member.value) ?? .nan
            expect(low <= value && value <= high, "\(value) of a range from \(low) to \(high)")
        }
    }
    if let combinations = space.combinations, combinations > 0 {
        for index in [0, combinations - 1] {
            expect(space.combination(index).count == space.dimensions.count, "a combination that lacks a setting")
        }
    }
}

// MARK: - Folders

/// Creates a folder unless it exists.
private func folder(_ name: String) -> String {
    let path = Scratch.folder + "/" + name
    mkdir(path, 0o700)
    return path
}

private func testRecipe(_ bytes: UnsafeRawBufferPointer) {
    let path = folder("recipe")
    Scratch.write("recipe/recipe.json", bytes)
    guard let run = reading({ () throws(FastTrainError) in try RunDescription(folder: path) }) else { return }
    let copy = again("\(run.json.page) is refused") { () throws(FastTrainError) in
        try RunDescription(json: JSON(parsing: run.json.page, file: "copy"), file: "copy")
    }
    expect(copy.json == run.json, "\(run.json.text) is read as another: \(copy.json.text)")
    // The recipe.json of a run is itself a configuration.
    Scratch.write("recipe/copy.json", run.json.page)
    let configuration = again("as a configuration it is refused") { () throws(FastTrainError) in
        try RunConfiguration(path: path + "/copy.json")
    }
    _ = again("as a configuration its recipe is refused") { () throws(FastTrainError) in
        try configuration.recipe()
    }
}

/// Returns a folder that holds a run owned by this process.
private let run: RunFolder = {
    let path = folder("run")
    Scratch.write("run/recipe.json", "{}")
    return again("the folder") { () throws(FastTrainError) in try RunFolder.open(path) }
}()

private func testHistory(_ bytes: UnsafeRawBufferPointer) {
    let run = run
    Scratch.write("run/history.jsonl", bytes)
    guard let records = reading({ () throws(FastTrainError) in try run.readHistory() }) else { return }
    again("writing fails") { () throws(FastTrainError) in try run.writeHistory(records) }
    let copy = again("what was written is refused") { () throws(FastTrainError) in try run.readHistory() }
    expect(copy.map(\.json) == records.map(\.json), "other records when they are read again")
}

/// Reads `search.json`: its JSON must be read back unchanged, and its trials can be enumerated.
private func testSearch(_ bytes: UnsafeRawBufferPointer) {
    func read(_ text: String) throws(FastTrainError) -> SearchDescription {
        try SearchDescription(json: JSON(parsing: text, file: "input"), file: "input")
    }
    guard let text = Input(bytes).text,
        let search = reading({ () throws(FastTrainError) in try read(text) })
    else { return }
    let copy = again("\(search.json.page) is refused") { () throws(FastTrainError) in try read(search.json.page) }
    expect(copy.json == search.json, "\(search.json.text) is read as another: \(copy.json.text)")
    check(search.space)
    for trial in [0, search.trials - 1] { _ = search.settings(of: trial).applied(to: search.recipe) }
    guard search.trials <= 1000 else { return }
    let plan = SearchPlan(
        search.method, trials: search.trials, epochs: search.recipe.epochs, monitor: search.recipe.monitor)
    expect(plan.trialCount == search.trials, "\(plan.trialCount) trials of \(search.trials)")
    expect(plan.ready.count <= plan.jobCount, "more that is ready than there is")
}

/// Returns a search of nine identical trials, in a folder of its own.
private let trials: (search: Search, folder: SearchFolder) = {
    again("the search") { () throws(FastTrainError) in
        let data = try Dataset(
            name: "rows", features: [0, 1, 2, 3], featureShape: [1], labels: [0, 1, 0, 1], classes: ["a", "b"])
        var recipe = Recipe()
        recipe.epochs = 9
        recipe.validation = 0.5
        var options = SearchOptions()
        (options.trials, options.threads) = (9, 1)
        let space = SearchSpace([.init(name: "hidden", values: .list([[2].json]))])
        let search = try Search(recipe, space: space, on: data, options: options)
        return (search, try SearchFolder.take(folder("search"), for: search.description))
    }
}()

/// Reads `trials.jsonl` as a resumed search does: usually with the correct digest at the end of each line, one time in
/// four unchanged.
private func testTrials(_ bytes: UnsafeRawBufferPointer) {
    let (search, folder) = trials
    if isOneInFour(bytes) {
        Scratch.write("search/trials.jsonl", bytes)
        takeTrials(search, folder)
    }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    let cut = lines.removeLast()
    var file: [UInt8] = []
    for line in lines {
        let isWindows = line.last == UInt8(ascii: "\r")
        let sealed = folder.seal.line(of: Array(isWindows ? line.dropLast() : line))
        file += sealed.dropLast() + (isWindows ? [UInt8(ascii: "\r")] : []) + sealed.suffix(1)
    }
    (file + cut).withUnsafeBytes { _ = Scratch.write("search/trials.jsonl", $0) }
    takeTrials(search, folder)
}

private func takeTrials(_ search: Search, _ folder: SearchFolder) {
    let results = reading { () throws(FastTrainError) in
        try folder.takeTrials(isScoredByAccuracy: search.isScoredByAccuracy)
    }
    guard let results else { return }
    let copy = again("taken again it is refused") { () throws(FastTrainError) in
        try folder.takeTrials(isScoredByAccuracy: search.isScoredByAccuracy)
    }
    expect(copy.map(\.result.json) == results.map(\.result.json), "other results when they are taken again")
    let board = reading { () throws(FastTrainError) in
        try SearchBoard(
            search, results: results, folder: folder, begin: 0, stop: { false }, progress: { _ in })
    }
    guard let board else { return }
    expect(board.plan.ranking.count <= search.trials, "more trials than there are")
    _ = board.plan.ready
}
