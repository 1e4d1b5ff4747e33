import Foundation
import Testing
import _TestSupport

@testable import FastTrain

/// The report of a run, read as a program reads it. It must show the numbers of `metrics.json` and `history.jsonl`, and
/// be self-contained.
struct ReportTests {
    private let folder = ScratchFolder()

    private struct Run {
        var page: PageElement
        var html: String
        var metrics: JSON
        var outcome: Outcome
    }

    private func run(_ data: Dataset, _ change: (inout Recipe) -> Void = { _ in }) throws -> Run {
        var recipe = Recipe()
        recipe.hidden = [4]
        recipe.epochs = 3
        recipe.batchSize = 16
        recipe.learningRate = 0.01
        change(&recipe)
        let path = folder.file("run")
        let training = try Training(recipe, on: data, options: RunOptions(threads: 1, output: path))
        let outcome = try training.train()
        let html = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
        let metrics = try String(contentsOfFile: path + "/metrics.json", encoding: .utf8)
        return Run(
            page: try checked(html), html: html, metrics: try JSON(parsing: metrics, file: "metrics.json"),
            outcome: outcome)
    }

    /// Returns the page after checking that it is self-contained, reads the same as HTML and XML, and runs no scripts.
    private func checked(_ html: String) throws -> PageElement {
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
        let page = try PageElement.read(html)
        let elements = page.all
        let ids = elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        for element in elements {
            #expect(!["script", "link", "iframe", "object", "embed", "base", "form"].contains(element.name))
            for (name, value) in element.attributes {
                #expect(!name.hasPrefix("on"), "\(element.name) \(name)")
                guard ["src", "href", "srcset", "action", "data", "poster"].contains(name) else { continue }
                #expect(value.hasPrefix("data:image/png;base64,"), "\(element.name) \(name)=\(value.prefix(80))")
            }
            #expect(element.attributes["style"]?.contains("url(") != true)
        }
        let style = try #require(page.all("style").first?.text)
        #expect(!style.contains("url(") && !style.contains("@import"))
        // `<div />` is a closed element in XML but an open one in HTML.
        let alone = Set(html.matches(of: /<([a-z0-9]+)[^<>]*\/>/).map { String($0.output.1) })
        #expect(alone.isSubset(of: ["meta", "img", "path", "line", "circle", "rect"]), "\(alone)")
        return page
    }

    private func number(_ json: JSON, _ name: String) throws -> Double {
        switch try #require(json[name], "\(name)") {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        default: throw FastTrainError.internalError("\(name) is no number")
        }
    }

    // MARK: - Numbers

    @Test func classesMatchTheMetrics() throws {
        let run = try run(SmallData.classes(rows: 200, testRows: 90))
        for rows in ["test", "validation"] {
            let accuracy = try number(run.metrics, rows + "_accuracy")
            let tile = try #require(run.page.tile(rows + " accuracy"))
            #expect(tile.value == accuracy)
            #expect(tile.all("p", class: "figure").first?.text == Format.percent(accuracy))
            let samples = try Int(number(run.metrics, rows + "_samples"))
            #expect(tile.all("p", class: "detail").first?.text == "\(samples) rows")
        }
        #expect(try run.page.tile("test loss")?.value == number(run.metrics, "test_loss"))
        #expect(run.page.tile("parameters")?.text.contains("43") == true)  // 6 · 4 + 4 + 4 · 3 + 3

        let matrix = try #require(run.outcome.test?.confusionMatrix)
        let cells = try #require(run.page.section("Confusion matrix")).all("g").compactMap {
            $0.all("title").first?.text
        }
        let expected = (0..<3).flatMap { row in
            let total = (0..<3).reduce(0) { $0 + matrix[row, $1] }
            return (0..<3).map { "true c\(row), predicted c\($0): \(matrix[row, $0]) of \(total)" }
        }
        #expect(cells == expected)
        #expect(
            run.metrics["confusion_matrix"]
                == .array((0..<3).map { row in .array((0..<3).map { .integer(matrix[row, $0]) }) }))

        try expectRows(of: "Scores by class", in: run, perClass: "per_class", count: 3)
        let wrong = matrix.total - (0..<3).reduce(0) { $0 + matrix[$1, $1] }
        let mistakes = try #require(run.page.section("Most confident mistakes"))
        #expect(mistakes.all("p", class: "note").first?.text.hasPrefix("\(wrong) mistakes in 90 test rows") == true)
        #expect(mistakes.all("figure").count == min(wrong, 24))
    }

    /// Checks that the rows of a section's table match an array in the metrics.
    private func expectRows(of heading: String, in run: Run, perClass name: String, count: Int) throws {
        guard case .array(let classes)? = run.metrics[name] else { throw FastTrainError.internalError("no \(name)") }
        let rows = try #require(run.page.section(heading)).rows
        #expect(rows.count == count && classes.count == count)
        for (row, scores) in zip(rows, classes) {
            #expect(scores["class"] == .string(row[0].text))
            for (cell, name) in zip([row[1], row[2], row[3], row[5]], ["precision", "recall", "f1", "support"]) {
                #expect(try cell.value == number(scores, name), "\(name)")
            }
        }
    }

    @Test func labelsMatchTheMetrics() throws {
        var random = TestRandom(6)
        let features = random.floats(400)
        let targets = features.map { Float($0 > 0 ? 1 : 0) }
        let data = try Dataset(
            name: "labels", features: features, featureShape: [2], targets: targets, targetNames: ["hot", "wet"],
            testFeatures: Array(features.prefix(80)), testTargets: Array(targets.prefix(80)))
        let run = try run(data) { $0.loss = .binaryCrossEntropy }
        #expect(try run.page.tile("test accuracy")?.value == number(run.metrics, "test_accuracy"))
        try expectRows(of: "Scores by label", in: run, perClass: "per_class", count: 2)
        #expect(run.page.section("Confusion matrix") == nil && run.page.section("Predicted and true") == nil)
    }

    @Test func twoClassesWithOneOutput() throws {
        let run = try run(SmallData.classes(2, rows: 100, testRows: 40)) { $0.loss = .binaryCrossEntropy }
        #expect(run.page.all("h1").first?.text == "6-4-1 on small classes")
        try expectRows(of: "Scores by class", in: run, perClass: "per_class", count: 2)
        #expect(run.page.section("Confusion matrix")?.all("g").count == 4)
    }

    @Test func curvesMatchTheHistory() throws {
        let run = try run(SmallData.classes(rows: 200, testRows: 90))
        let dots = try #require(run.page.section("Training")).all("circle").compactMap { $0.all("title").first?.text }
        for record in run.outcome.history {
            #expect(dots.contains("epoch \(record.epoch), training: \(Format.loss(record.trainLoss))"))
            #expect(dots.contains("epoch \(record.epoch), validation: \(Format.loss(record.validationLoss!))"))
            #expect(
                dots.contains("epoch \(record.epoch), validation: \(Format.loss(100 * record.validationAccuracy!))%"))
            #expect(dots.contains("epoch \(record.epoch), learning rate: \(Format.loss(record.learningRate))"))
        }
        let best = try #require(run.outcome.bestEpoch)
        let loss = run.outcome.history[best - 1].validationLoss!
        #expect(dots.contains("best epoch, \(best): validation loss \(Format.loss(loss))"))
    }

    @Test func numbersMatchTheMetrics() throws {
        let run = try run(SmallData.values(rows: 200)) { $0.epochs = 12 }
        #expect(try run.page.tile("validation R²")?.value == number(run.metrics, "validation_r2"))
        #expect(try run.page.tile("validation loss")?.value == number(run.metrics, "validation_loss"))
        #expect(run.page.tile("test R²") == nil)
        let section = try #require(run.page.section("Predicted and true"))
        #expect(section.rows.map { $0[0].text } == ["t0", "t1"])
        // The score is the mean over the outputs; the loss is the sum of their mean squares.
        let r2 = section.rows.compactMap { $0[1].value }
        #expect(try abs((r2[0] + r2[1]) / 2 - number(run.metrics, "validation_r2")) < 1e-5)
        let errors = section.rows.compactMap { $0[2].value }
        let loss = try number(run.metrics, "validation_loss")
        #expect(abs(errors[0] * errors[0] + errors[1] * errors[1] - loss) < 1e-5 * loss)
    }

    /// The loss is in the units of the scaled target; residuals are in the units of the table's column.
    @Test func tableColumnsKeepTheirUnits() throws {
        var random = TestRandom(3)
        let rows = (0..<120).map { _ -> String in
            let size = 110 + 90 * Double(random.float())
            return "\(size),\(["red", "blue"][Int(random.next() % 2)]),\(1000 * size + 5000)\n"
        }
        let (table, file) = (folder.file("houses.csv"), folder.file("houses.safetensors"))
        try ("size,colour,price\n" + rows.joined()).write(toFile: table, atomically: false, encoding: .utf8)
        let data = try TableConversion.write(table: table, options: TableOptions(targets: ["price"]), to: file)
        let run = try run(data) { $0.epochs = 40 }
        let row = try #require(run.page.section("Predicted and true")?.rows.first)
        let scale = try #require(data.preprocessing?.targets[0].scale)
        let loss = try number(run.metrics, "test_loss")
        let error = try #require(row[2].value)
        #expect(abs(error - loss.squareRoot() * scale.divisor) < 1e-5 * error)
        #expect(try abs(#require(row[1].value) - number(run.metrics, "test_r2")) < 1e-5)
        #expect(run.page.tile("test loss")?.all("p", class: "detail").first?.text == "squared-error, on scaled targets")
    }

    // MARK: - Other kinds of runs

    @Test func withoutRowsToEvaluate() throws {
        let run = try run(SmallData.classes(rows: 60)) { $0.validation = 0 }
        #expect(run.metrics == .object([]))
        let last = try #require(run.outcome.history.last)
        #expect(run.page.tile("training loss")?.value == last.trainLoss)
        #expect(run.page.tile("test accuracy") == nil && run.page.tile("validation accuracy") == nil)
        #expect(run.page.section("Quality")?.text.contains("neither test rows nor validation rows") == true)
        #expect(run.page.section("Confusion matrix") == nil)
        #expect(run.page.section("Most confident mistakes") == nil)
        #expect(run.page.all("circle", class: "ring").isEmpty)
    }

    @Test func oneEpoch() throws {
        let run = try run(SmallData.classes(rows: 60, testRows: 20)) { $0.epochs = 1 }
        #expect(run.page.all("p", class: "lead").first?.text.hasPrefix("Trained for 1 epoch on 54 rows") == true)
        let paths = try #require(run.page.section("Training")).all("path", class: "curve")
        #expect(paths.count == 5)  // loss twice, accuracy, rate, speed
        for path in paths {
            #expect(path.attributes["d"]?.contains(/^M[0-9.]+ [0-9.]+$/) == true, "\(path.attributes)")
        }
    }

    @Test func hundredClasses() throws {
        let run = try run(SmallData.classes(100, rows: 900, testRows: 300))
        let matrix = try #require(run.page.section("Confusion matrix"))
        #expect(matrix.all("svg").isEmpty)  // too many classes for a matrix
        let pairs = matrix.all("li").map { $0.all("span", class: "times").first?.text }
        #expect(pairs.count == 12)
        let classes = try #require(run.page.section("Scores by class"))
        #expect(classes.rows.count == 60)
        #expect(classes.text.contains("These are the 60 of 100 classes with the lowest F1."))
        let scores = classes.rows.compactMap { $0[3].value }
        #expect(scores == scores.sorted())
    }

    @Test func linearModelOfImages() throws {
        var random = TestRandom(5)
        let labels = (0..<80).map { $0 % 2 }
        let features = labels.flatMap { label in (0..<16).map { _ in random.float() + Float(2 * label) } }
        let data = try Dataset(
            name: "pictures", features: features, featureShape: [4, 4], labels: labels, classes: ["dark", "bright"],
            testFeatures: Array(features.prefix(160)), testLabels: labels.prefix(10).map { 1 - $0 })
        let run = try run(data) { $0.hidden = [] }
        let weights = try #require(run.page.section("Weights of the first layer"))
        #expect(weights.all("img").compactMap { $0.attributes["alt"] } == ["dark", "bright"])
        let mistakes = try #require(run.page.section("Most confident mistakes"))
        #expect(!mistakes.all("img").isEmpty && mistakes.all("img").count == mistakes.all("figure").count)
        #expect(run.page.tile("parameters")?.all("p", class: "detail").first?.text == "linear")
    }

    @Test func aReportOfAStoppedRunSaysSo() throws {
        var recipe = Recipe()
        recipe.hidden = [4]
        recipe.batchSize = 16
        let data = try SmallData.classes(rows: 100, testRows: 40)
        let path = folder.file("stopped")
        let steps = Counter()
        do {
            let training = try Training(recipe, on: data, options: RunOptions(threads: 1, output: path))
            _ = try training.train(stop: { steps.next() == 20 })
        }
        #expect(throws: Never.self) { try Training.report(path, data: data) }
        let page = try checked(String(contentsOfFile: path + "/report.html", encoding: .utf8))
        #expect(page.all("p", class: "lead").first?.text.contains("not finished yet") == true)
        #expect(page.tile("test accuracy") != nil)
    }

    /// The warning names the checkpoints that are left out.
    @Test func aReportFromAnOlderCheckpoint() throws {
        var recipe = Recipe()
        recipe.hidden = [4]
        recipe.epochs = 3
        let data = try SmallData.classes(rows: 100, testRows: 40)
        let path = folder.file("damaged")
        let outcome = try Training(recipe, on: data, options: RunOptions(threads: 1, output: path)).train()
        let newest = try #require(outcome.checkpoint)
        func warnings() throws -> [String] {
            var told: [String] = []
            _ = try Training.report(path, data: data, warn: { told.append($0) })
            return told
        }
        #expect(try warnings().isEmpty)
        try writeBytes([], to: newest)
        #expect(try warnings().map { $0.hasPrefix("checkpoint skipped: \(newest), byte 0: ") } == [true])
        for name in try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints") {
            try writeBytes([], to: path + "/checkpoints/" + name)
        }
        #expect(try warnings().map { $0.hasPrefix("no checkpoint can be used: \(path)/checkpoints: ") } == [true])
    }

    // MARK: - Names that could break a page

    static let hostileNames = [
        "<script>alert(1)</script>", "\"quoted\" & 'single' &amp; <b>", "שלום עולם", "\u{202E}reversed\u{2066}",
        "two\nlines\tand a tab", String(repeating: "long", count: 100), "]]> --> <!-- ", "\u{1}\u{FFFE}\u{0}", "",
        "日本語の名前がここに", "</style><img src=x onerror=alert(1)>", "emoji 👩‍👩‍👧‍👦 é e\u{301}",
    ]

    @Test func hostileClasses() throws {
        let names = Self.hostileNames
        var random = TestRandom(9)
        let labels = (0..<240).map { $0 % names.count }
        let features = labels.flatMap { [Float($0), 4 * random.float()] }
        let data = try Dataset(
            name: "/tmp/<data> & \"more\"\n\u{202E}.safetensors", features: features, featureShape: [2], labels: labels,
            classes: names, testFeatures: features, testLabels: labels)
        let run = try run(data)
        #expect(!run.html.contains("<script") && !run.html.contains("\u{202E}") && !run.html.contains("\u{2066}"))
        let shown = try #require(run.page.section("Scores by class")).rows.map { $0[0].text }
        #expect(shown.prefix(3) == names.prefix(3))
        #expect(shown[3] == "\u{FFFD}reversed\u{FFFD}")
        #expect(shown[4...6] == names[4...6])
        #expect(shown[7] == "\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(shown[8...] == names[8...])
        #expect(run.page.all("title").first?.text == "2-4-12 on <data> & \"more\"\n\u{FFFD} – fasttrain")
        // Texts in images have no line breaks, so they are cut.
        #expect(run.page.all("text").allSatisfy { $0.text.count <= 60 })
    }

    @Test func hostileColumns() throws {
        let names = Self.hostileNames
        var random = TestRandom(10)
        let features = random.floats(160)
        let targets = (0..<80).flatMap { row in names.map { _ in features[2 * row] } }
        let data = try Dataset(
            name: "columns", features: features, featureShape: [2], targets: targets, targetNames: names)
        let run = try run(data)
        #expect(!run.html.contains("<script") && !run.html.contains("\u{202E}"))
        let section = try #require(run.page.section("Predicted and true"))
        #expect(section.rows.map { $0[0].text }.prefix(3) == names.prefix(3))
        #expect(section.text.contains("The first 8 of 12 targets are shown."))
        #expect(run.page.all("text").allSatisfy { $0.text.count <= 60 })
    }
}
