import FastTrainData
import Foundation
import Testing

/// The program `fasttrain-data` as a user runs it: its output, its files and its exit code.
@Suite struct ConverterTests {
    private let program = Program()

    private static let images = "0000080300000003000000020000000200010203" + "04050607" + "08090a0b"
    private static let labels = "0000080100000003" + "020001"

    @Test func convertsAndInspects() throws {
        let (images, labels) = (try program.write("images", Self.images), try program.write("labels", Self.labels))
        let file = program.path("made.safetensors")
        let made = try program.run(
            "idx", "--train-images", images, "--train-labels", labels, "--test-images", images, "--test-labels", labels,
            "-o", file, "--classes", "zero,one,two")
        #expect(made.status == 0 && made.errors == "")
        #expect(made.output == "\(file): 3 training and 3 test rows, 2×2 U8, 3 classes\n")
        let dataset = try Dataset(path: file)
        #expect((0..<3).map(dataset.train.label) == [2, 0, 1])

        let shown = try program.run("inspect", file)
        #expect(shown.status == 0 && shown.output.contains("zero   1         1"))
        let json = try program.run("inspect", "--json", file)
        let value = try JSON(parsing: json.output, file: "output")
        #expect(json.status == 0 && json.errors == "")
        #expect(value["kind"] == .string("dataset"))
        #expect(value["dataset"]?["classes"] == .array([.string("zero"), .string("one"), .string("two")]))
    }

    @Test func showsItsVersion() throws {
        let outcome = try program.run("--version")
        #expect(outcome.status == 0 && outcome.errors == "")
        #expect(outcome.output.hasPrefix("fasttrain-data 0."))
    }

    /// An error is a single line without control characters, whatever the file contains.
    @Test func namesWithLineBreaksAreEscaped() throws {
        try program.write("table.csv", Data("\"a\nb\u{1B}[31m\",y\n1,2.5\nu,3.5\n".utf8))
        let outcome = try program.run("csv", program.path("table.csv"), "--target", "y", "-o", program.path("file"))
        #expect(outcome.status == 65)
        let says = #"line 4: expected a number, as in line 3, in column 'a\nb\u{1B}[31m', found 'u'"#
        #expect(
            outcome.errors.hasPrefix("fasttrain-data: error: \(program.path("table.csv")), \(says)"),
            "\(outcome.errors)")
        #expect(outcome.errors.firstIndex(of: "\n") == outcome.errors.indices.last)

        try program.write("table.csv", Data("a,y\n1,\"p\nq\"\n2,r\n".utf8))
        let file = program.path("file")
        #expect(
            try program.run("csv", program.path("table.csv"), "--target", "y", "--test", "0", "-o", file).status == 0)
        #expect(try program.run("inspect", file).output.contains("\np q    1\n"))
    }

    @Test func theSameFilesGiveTheSameBytes() throws {
        let (images, labels) = (try program.write("images", Self.images), try program.write("labels", Self.labels))
        for name in ["a", "b"] {
            let outcome = try program.run(
                "idx", "--train-images", images, "--train-labels", labels, "-o", program.path(name))
            #expect(outcome.status == 0)
        }
        #expect(try program.read("a") == program.read("b"))
    }

    @Test func mnistFolderInBothSpellings() throws {
        for separator in ["-", "."] {
            for part in ["train", "t10k"] {
                try program.write("\(part)-images\(separator)idx3-ubyte", Self.images)
                try program.write("\(part)-labels\(separator)idx1-ubyte", Self.labels)
            }
            let outcome = try program.run("mnist", program.folder.path, "--output", program.path("file"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("10 classes"))
            for name in try program.names() where name.contains("ubyte") { try program.remove(name) }
        }
        let outcome = try program.run("mnist", program.folder.path, "-o", program.path("file"))
        #expect(outcome.status == 66 && outcome.errors.contains("train-images-idx3-ubyte: no such file"))
    }

    @Test func errorsNameTheirPosition() throws {
        let (images, labels) = (try program.write("images", Self.images), try program.write("labels", Self.labels))
        let cut = try program.write("cut", String(Self.images.dropLast(2)))
        let fewer = try program.write("fewer", "00000801000000020000")
        let output = program.path("out")
        let cases: [(images: String, labels: String, classes: String, says: String)] = [
            (cut, labels, "a,b,c", "\(cut), byte 27: expected 12 bytes (3×2×2), found the end of the file after 11"),
            (images, fewer, "a,b,c", "\(fewer): expected targets for 3 rows, as many as there are features, found 2"),
            (images, labels, "a,b", "\(labels), row 0: expected a label from 0 to 1, found 2"),
            (labels, labels, "a,b,c", "\(labels): expected features [rows, …] with no extent of 0, found [3]"),
            (images, images, "a,b,c", "\(images): expected labels [rows], found [3, 2, 2]"),
        ]
        for item in cases {
            let outcome = try program.run(
                "idx", "--train-images", item.images, "--train-labels", item.labels, "--classes", item.classes, "-o",
                output)
            #expect(outcome.status == 65)
            #expect(outcome.errors == "fasttrain-data: error: \(item.says)\n")
            #expect(outcome.output == "")
        }
        #expect(try program.names() == ["cut", "fewer", "images", "labels"])
    }

    @Test(arguments: [
        (["idx", "--train-images", "images", "-o", "out"], Int32(64), "missing expected argument '--train-labels"),
        (
            ["idx", "--train-images", "a", "--train-labels", "b", "--test-images", "c", "-o", "out"], 64,
            "must be given together"
        ),
        (["mnist"], 64, "missing expected argument '<dir>'"),
        (["mnist", "."], 64, "missing expected argument '--output"),
        (["convert"], 64, "unexpected argument 'convert'"),
        (["inspect", "a", "b"], 64, "unexpected argument 'b'"),
        (["mnist", ".", "-o", "out", "--classes", "a,b,a"], 64, "a name twice"),
        (["mnist", ".", "-o", "out", "--classes", "a,,b"], 64, "an empty name"),
        (["csv", "nothing.csv", "--target", "y", "-o", "out"], 66, "nothing.csv: No such file"),
        (["csv", "images", "-o", "out"], 64, "missing expected argument '--target"),
        (["csv", "images", "--target", "y", "--test", "0.1", "--test-file", "labels", "-o", "out"], 64, "combined"),
        (
            ["csv", "images", "--target", "y", "--delimiter", "ab", "-o", "out"], 64,
            "--delimiter: expected tab, or one character"
        ),
        (["csv", "images", "--target", "y", "-o", "out"], 65, "images, line 1: expected text, found a zero byte"),
        (["series", "images", "--column", "y", "--window", "-1", "-o", "out"], 64, "at least 1"),
        (["inspect", "nothing"], 66, "nothing: No such file or directory"),
        (["inspect", "."], 66, "is a folder"),
        (["idx", "--train-images", "nothing", "--train-labels", "nothing", "-o", "out"], 66, "No such file"),
        (
            ["idx", "--train-images", "images", "--train-labels", "labels", "-o", "no/folder"], 73,
            "no/folder: cannot create"
        ),
        (["idx", "--train-images", "images", "--train-labels", "labels", "-o", "."], 73, "is a folder"),
    ])
    func failuresAreOneLine(arguments: [String], status: Int32, says: String) throws {
        try program.write("images", Self.images)
        try program.write("labels", Self.labels)
        let outcome = try program.run(arguments)
        #expect(outcome.status == status)
        #expect(outcome.output == "")
        #expect(
            outcome.errors.hasPrefix("fasttrain-data: error: ") && outcome.errors.contains(says), "\(outcome.errors)")
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
        #expect(try program.names() == ["images", "labels"])
    }

    @Test func tables() throws {
        let lines = (0..<20).map { "\($0),\($0 % 2 == 0 ? "even" : "odd")\n" }
        try program.write("table.tsv", Data(("n\tkind\n" + lines.joined().replacing(",", with: "\t")).utf8))
        let file = program.path("made.safetensors")
        let made = try program.run("csv", program.path("table.tsv"), "--target", "kind", "-o", file)
        #expect(made.output == "\(file): 16 training and 4 test rows, 1 F32, 2 classes\n", "\(made.errors)")
        let shown = try program.run("inspect", file)
        #expect(shown.output.contains("column  becomes"), "\(shown.output)")
        let series = try program.run("series", program.path("table.tsv"), "--column", "n", "--window", "2", "-o", file)
        #expect(series.output == "\(file): 14 training and 4 test rows, 2 F32, 1 target\n", "\(series.errors)")
        let forecast = try program.run("inspect", file)
        #expect(forecast.output.contains("windows of 2 rows, target 1 row later"), "\(forecast.output)")
    }

    @Test func helpIsNotAnError() throws {
        for arguments in [
            [], ["--help"], ["help", "mnist"], ["idx", "--help"], ["csv", "--help"], ["series", "--help"],
        ] {
            let outcome = try program.run(arguments)
            #expect(outcome.status == 0 && outcome.errors == "" && outcome.output.contains("USAGE: fasttrain-data"))
        }
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["FASTTRAIN_MNIST"] != nil,
            "SKIPPED: set FASTTRAIN_MNIST to the folder with MNIST's four files"))
    func allOfMNIST() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["FASTTRAIN_MNIST"])
        let outcome = try program.run("mnist", folder, "-o", program.path("mnist.safetensors"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasSuffix(": 60,000 training and 10,000 test rows, 28×28 U8, 10 classes\n"))
        #expect(try program.read("mnist.safetensors").count <= 55_100_000)
    }
}
