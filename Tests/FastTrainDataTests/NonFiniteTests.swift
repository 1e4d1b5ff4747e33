import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// NaN and infinities in data, which are refused with their row and column, both when a table is converted and when a
/// file of another program is opened.
@Suite struct NonFiniteTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// In every kind of column, in the first row and in a later one.
    @Test(
        arguments: ["nan", "NaN", "-nan", "inf", "-INF", "Infinity", "-infinity", "1e999", "-1e999", "1e400"], [2, 5])
    func inTable(number: String, line: Int) throws {
        for column in ["a", "w", "y"] {
            for task in column == "y" ? [nil, .regression] : [TableOptions.Task.regression] {
                let rows = (2...6).map { row in
                    ["a", "w", "y"].map { $0 == column && row == line ? number : "\(row).5" }.joined(separator: ",")
                }
                let text = "a,w,y\n" + rows.joined(separator: "\n") + "\n"
                try expectRefusal(text, line, column) {
                    $0.task = task
                    $0.weights = "w"
                }
                try expectRefusal(text, line, column) {
                    $0.task = task
                    ($0.weights, $0.scale, $0.targetScale, $0.test) = ("w", .unscaled, .unscaled, 0.4)
                }
            }
        }
    }

    /// The test rows come from a separate table.
    @Test(arguments: ["nan", "inf", "1e999"]) func inTestTable(number: String) throws {
        for column in ["a", "y"] {
            let fields = ["a", "y"].map { $0 == column ? number : "1.5" }.joined(separator: ",")
            let test = folder.write("test.csv", Array("a,y\n1.5,2.5\n\(fields)\n".utf8))
            try expectRefusal("a,y\n1.5,2.5\n2.5,3.5\n", 3, column, in: test) { $0.testFile = test }
        }
    }

    @Test(arguments: ["nan", "inf", "1e999"]) func inSeries(number: String) throws {
        let table = folder.write("series.csv", Array("t,v\n1,1\n2,2\n3,\(number)\n4,4\n5,5\n6,6\n".utf8))
        let error = failure {
            let window = Preprocessing.Window(length: 2, horizon: 1)
            _ = try SeriesConversion.write(
                table: table, options: SeriesOptions(target: "v", window: window), to: folder("out"))
        }
        #expect(error.place == .line(4) && error.description.contains("in column 'v'"), "\(error)")
        #expect(folder.names == ["series.csv"])
    }

    private func expectRefusal(
        _ text: String, _ line: Int, _ column: String, in path: String? = nil, _ change: (inout TableOptions) -> Void
    ) throws {
        var options = TableOptions(targets: ["y"])
        options.test = 0
        change(&options)
        let table = folder.write("table.csv", Array(text.utf8))
        let error = failure("\(text)") {
            _ = try TableConversion.write(table: table, options: options, to: folder("out"))
        }
        #expect(error.exitCode == 65 && error.place == .line(line), "\(error)")
        #expect(
            error.description.hasPrefix(path ?? table) && error.description.contains("in column '\(column)'"),
            "\(error)")
        #expect(!folder.names.contains("out"))
    }

    /// A file of another program with 3 training rows and 2 test rows of 2 features and 2 targets.
    @Test(arguments: [Float.nan, -.nan, .infinity, -.infinity])
    func inFileOfAnotherProgram(number: Float) throws {
        let widths = [
            "train.x": (3, 2), "train.y": (3, 2), "train.w": (3, 1), "test.x": (2, 2), "test.y": (2, 2),
            "test.w": (2, 1),
        ]
        for (name, (rows, width)) in widths {
            for index in 0..<rows * width {
                let error = failure("\(name) \(index)") {
                    _ = try Dataset(path: folder.write("file", try foreign(name, index, number, widths)))
                }
                #expect(error.exitCode == 65 && error.place == .row(index / width), "\(error)")
                let column = width == 1 ? "" : " in column \(index % width)"
                #expect(error.description.hasSuffix("finite numbers in \(name), found \(number)\(column)"), "\(error)")
            }
        }
        _ = try Dataset(path: folder.write("file", try foreign("", 0, number, widths)))
    }

    private func foreign(
        _ name: String, _ index: Int, _ number: Float, _ widths: [String: (Int, Int)]
    ) throws -> [UInt8] {
        let tensors = widths.map { tensor, shape in
            var floats = (0..<shape.0 * shape.1).map(Float.init)
            if tensor == name { floats[index] = number }
            return TensorToWrite(name: tensor, shape: shape.1 == 1 ? [shape.0] : [shape.0, shape.1], floats: floats)
        }
        try SafeTensorsWriter.write(tensors, metadata: [:], to: folder("written"))
        return folder.read("written")
    }

    /// The scale of bytes must keep them finite.
    @Test(arguments: ["nan", "inf", "1e39", "3e38", "-1"]) func inScale(text: String) throws {
        let header =
            #"{"__metadata__":{"x_scale":"\#(text)"},"train.x":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},"#
            + #""train.y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#
        let error = failure { _ = try Dataset(path: folder.write("file", safetensors(header, data: [8, 9, 1, 0]))) }
        #expect(error.place == .named("x_scale"), "\(error)")
    }
}
