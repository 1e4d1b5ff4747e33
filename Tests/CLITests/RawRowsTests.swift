import FastTrain
import Foundation
import Testing

/// The way from a table to predictions for another table: the converter, training, and `predict` and `evaluate` on raw
/// rows.
struct RawRowsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// 90 rows of three kinds, which a number and a text distinguish, and a price that follows from both.
    private static let rows = (0..<90).map { row in
        let kind = row % 3
        return (
            size: "\(Double(kind) + Double(row % 7) / 10)", color: kind == 2 ? "red" : "blue",
            kind: ["a", "b", "c"][kind], price: "\(1000.5 + 250 * Double(kind))"
        )
    }

    private func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: folder.path(name), atomically: false, encoding: .utf8)
        return folder.path(name)
    }

    private func table() throws -> String {
        let lines = Self.rows.map { "\($0.size),\($0.color),\($0.kind),\($0.price)\n" }
        return try write("table.csv", "size,color,kind,price\n" + lines.joined())
    }

    /// Trains a model of the table's column and returns it with its data set.
    private func train(_ arguments: [String], epochs: Int = 30) throws -> (model: String, data: String) {
        let data = folder.path("data.safetensors")
        let made = try Fasttrain.run(arguments + ["-o", data], program: Fasttrain.converter)
        #expect(made.status == 0, "\(made.stderr)")
        let run = folder.path("run")
        let trained = try Fasttrain.run([
            "--data", data, "--hidden", "16", "--epochs", "\(epochs)", "--batch-size", "8", "--learning-rate", "0.01",
            "--threads", "2", "--quiet", "--output", run,
        ])
        #expect(trained.status == 0, "\(trained.stderr)")
        return (run, data)
    }

    private func lines(_ arguments: [String]) throws -> [String] {
        let result = try Fasttrain.run(arguments)
        #expect(result.status == 0, "\(result.stderr)")
        return result.stdout.split(separator: "\n").map(String.init)
    }

    @Test func classesOfRawRows() throws {
        let (model, data) = try train(["csv", try table(), "--target", "kind", "--ignore", "price", "--test", "0"])
        let raw = ["--data", try table()]
        let predicted = try lines(["predict", model] + raw)
        #expect(predicted == ["row,class"] + Self.rows.enumerated().map { "\($0),\($1.kind)" })
        // The bits are those for the data set's own rows.
        let probabilities = try lines(["predict", model, "--probabilities"] + raw)
        #expect(try lines(["predict", model, "--probabilities", "--data", data, "--split", "train"]) == probabilities)
        let top = try lines(["predict", model, "--top", "2"] + raw)
        #expect(top[0] == "row,class,probability,class_2,probability_2")
        #expect(top[1].split(separator: ",").prefix(3).joined(separator: ",") == "0,a," + field(probabilities[1], 2))

        // Other columns in another order, without targets; extra columns are reported.
        let other = try write("other.csv", "\u{FEFF}id;color;size\r\n7;\"red\";2.1\r\n8;blue;0.2")
        let result = try Fasttrain.run(["predict", model, "--data", other, "--delimiter", ";"])
        #expect(result.stdout == "row,class\n0,c\n1,a\n")
        #expect(result.stderr == "fasttrain: warning: \(other): the model does not use the columns id\n")
        let evaluated = try Fasttrain.run(["evaluate", model, "--json"] + raw)
        let json = try JSON(parsing: evaluated.stdout, file: "")
        #expect(json["accuracy"] == .number(1) && json["samples"] == .integer(90))
    }

    private func field(_ line: String, _ index: Int) -> Substring { line.split(separator: ",")[index] }

    @Test func numbersInTheColumnsUnits() throws {
        let (model, data) = try train(["csv", try table(), "--target", "price", "--ignore", "kind"], epochs: 150)
        let predicted = try lines(["predict", model, "--data", try table()])
        #expect(predicted[0] == "row,price" && predicted.count == 91)
        for (line, row) in zip(predicted.dropFirst(), Self.rows) {
            let (found, truth) = (try #require(Double(field(line, 1))), try #require(Double(row.price)))
            #expect(abs(found - truth) < 60)
        }
        let test = try lines(["predict", model, "--data", data])
        #expect(Set(test.dropFirst().map { String(field($0, 1)) }).isSubset(of: predicted.map { String(field($0, 1)) }))
    }

    @Test func checkpointsHavePreprocessing() throws {
        let (model, data) = try train(["csv", try table(), "--target", "kind", "--ignore", "price", "--test", "0"])
        let preprocessing = try Dataset(path: data).preprocessing
        #expect(try preprocessing != nil && Model(path: model).preprocessing == preprocessing)
        let step = try #require(FinishedRun.checkpoints(model).last)
        let checkpoint = FinishedRun.checkpoint(model, step: step)
        #expect(try Checkpoint(path: checkpoint).preprocessing == preprocessing)
        let resumed = try Fasttrain.run(["resume", model, "--epochs", "31", "--quiet"])
        #expect(resumed.status == 0, "\(resumed.stderr)")
        #expect(try Model(path: model).preprocessing == preprocessing)
        #expect(try lines(["predict", model, "--data", try table()]).count == 91)
    }

    @Test func forecast() throws {
        let values = (0..<80).map { "\(100 + 10 * ($0 % 4))" }
        let series = try write("series.csv", "close\n" + values.joined(separator: "\n"))
        let (model, _) = try train(["series", series, "--column", "close"], epochs: 100)
        let predicted = try lines(["predict", model, "--data", series])
        #expect(predicted[0] == "row,close[+1]" && predicted.count == 79 && predicted[1].hasPrefix("2,"))
        let forecast = try #require(Double(field(predicted.last!, 1)))
        #expect(predicted.last!.hasPrefix("79,") && abs(forecast - 100) < 5)
        let short = try Fasttrain.run(["predict", model, "--data", try write("short.csv", "close\n1\n2\n")])
        #expect(
            short.status == 65
                && short.error?.hasSuffix("expected at least 3 rows, which is one window, found 2") == true)
        let evaluated = try Fasttrain.run(["evaluate", model, "--data", series])
        #expect(evaluated.status == 64 && evaluated.error?.contains("fasttrain-data series") == true)
    }

    @Test func errorsNameTheFault() throws {
        let (model, data) = try train(["csv", try table(), "--target", "kind", "--ignore", "price"])
        let cases: [(text: String, more: [String], status: Int32, says: String)] = [
            ("size\n1\n", [], 65, "line 1: expected the column 'color', found one column, 'size'"),
            (
                "size,color\n1,green\n", [], 65,
                "line 2: expected one of the 2 known categories in column 'color', found 'green'"
            ),
            ("size,color\n1,red\n,red\n", [], 65, "line 3: expected a number in column 'size', found nothing"),
            ("size,color\n1,red\nx,red\n", [], 65, "line 3: expected a number in column 'size', found 'x'"),
            ("size,color\n1,red\n2\n", [], 65, "line 3: expected 2 fields"),
            ("size,color\n", [], 65, "rows after the header"),
            ("", [], 65, "an empty file"), ("size,color\n1,red\n", ["--split", "test"], 64, "--split"),
            ("size,color\n1,red\n", ["--top", "4"], 64, "from 1 to 3"),
            ("size,color\n1,red\n", ["--top", "0"], 64, "found 0"),
            ("size,color\n1,red\n", ["--top", "1", "--probabilities"], 64, "cannot be combined"),
            ("size,color\n1,red\n", ["--delimiter", "xy"], 64, "--delimiter"),
        ]
        for item in cases {
            let file = try write("bad.csv", item.text)
            let output = folder.path("predictions.csv")
            let result = try Fasttrain.run(["predict", model, "--data", file, "-o", output] + item.more)
            #expect(result.status == item.status && result.error?.contains(item.says) == true, "\(result.stderr)")
            #expect(!FileManager.default.fileExists(atPath: output))
        }
        let green = try write("green.csv", "size,color\n0,green\n")
        #expect(try Fasttrain.run(["predict", model, "--data", green, "--unknown", "ignore"]).status == 0)
        #expect(try Fasttrain.run(["predict", model, "--data", data, "--unknown", "ignore"]).status == 64)
        #expect(try Fasttrain.run(["evaluate", model, "--data", green, "--unknown", "ignore"]).status == 65)
    }

    @Test func otherPreprocessingIsRefused() throws {
        let (model, _) = try train(["csv", try table(), "--target", "kind", "--ignore", "price"])
        let other = folder.path("other.safetensors")
        _ = try Fasttrain.run(
            ["csv", try table(), "--target", "kind", "--ignore", "price", "--scale", "none", "-o", other],
            program: Fasttrain.converter)
        for command in ["predict", "evaluate"] {
            let result = try Fasttrain.run([command, model, "--data", other])
            #expect(
                result.status == 65 && result.error?.contains("other columns or scales") == true, "\(result.stderr)")
        }
        let images = folder.path("images")
        _ = try Fasttrain.run(["--hidden", "4", "--epochs", "1", "--quiet", "--output", images])
        let result = try Fasttrain.run(["predict", images, "--data", try table()])
        #expect(result.status == 65 && result.error?.contains("is not a model of a table") == true, "\(result.stderr)")
    }
}
