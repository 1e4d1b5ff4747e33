import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

/// Conversions of tables.
@Suite struct TableConversionTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func convert(
        _ text: String, target: String = "y", _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> Dataset {
        var options = TableOptions(targets: target.split(separator: ",").map(String.init))
        options.test = 0
        change(&options)
        let table = folder.write("table.csv", Array(text.utf8))
        return try TableConversion.write(table: table, options: options, to: folder("out"))
    }

    private func features(_ split: DataSplit, _ count: Int) -> [Float] {
        defer { extendLifetime(split) }
        guard case .f32(let base) = split.features else { return [] }
        return (0..<split.count * count).map { base[$0] }
    }

    private func values(_ split: DataSplit) -> [Float] {
        defer { extendLifetime(split) }
        guard case .values(let base, let outputs) = split.targets else { return [] }
        return (0..<split.count * outputs).map { base[$0] }
    }

    @Test func classesFromText() throws {
        let data = try convert("a,y,b\n1,pear,5\n2,apple,5\n3,pear,5\n")
        #expect(data.task == .classification(classes: ["apple", "pear"]))
        #expect((0..<3).map(data.train.label) == [1, 0, 1] && data.test == nil)
        // Standardized with the mean 2 and the population's deviation √(2/3). The constant column becomes 0.
        let z = Float(1.5.squareRoot())
        #expect(features(data.train, 2) == [-z, 0, 0, 0, z, 0])
        #expect(
            data.preprocessing
                == Preprocessing(
                    columns: [
                        .init(
                            name: "a",
                            kind: .number(.init(offset: 2, divisor: (2.0 / 3).squareRoot()), fill: nil, isMarked: false)
                        ),
                        .init(name: "b", kind: .number(.init(offset: 5, divisor: 1), fill: nil, isMarked: false)),
                    ], targets: [.init(name: "y")]))
    }

    @Test func classesFromNumbers() throws {
        let data = try convert("a,y\n1,10\n2,9\n3,10.0\n") { $0.task = .classification }
        #expect(data.task == .classification(classes: ["9", "10"]))
        #expect((0..<3).map(data.train.label) == [1, 0, 1])
    }

    @Test func numbersToPredictAreStandardizedByDefault() throws {
        let text = "a,y\n1,10.5\n2,20.5\n"
        let data = try convert(text)
        #expect(data.task == .regression(targets: ["y"]) && values(data.train) == [-1, 1])
        #expect([-1, 1, 0].map { data.preprocessing?.targets[0].scale.invert($0) } == [10.5, 20.5, 15.5])
        #expect(values(try convert(text) { $0.targetScale = .unscaled }.train) == [10.5, 20.5])
        let both = try convert(text) { ($0.targetScale, $0.scale) = (.minMax, .minMax) }
        #expect(values(both.train) == [0, 1] && features(both.train, 1) == [0, 1])
        let raw = try convert(text) { $0.scale = .unscaled }
        #expect(features(raw.train, 1) == [1, 2])
    }

    @Test func severalTargets() throws {
        let data = try convert("u,a,v\n1,2,3\n3,2,7\n", target: "u,v") { $0.targetScale = .unscaled }
        #expect(data.task == .regression(targets: ["u", "v"]) && values(data.train) == [1, 3, 3, 7])
        #expect(data.featureShape == [1])
    }

    @Test func columnsByPosition() throws {
        let headless = try convert("1,2,x\n3,4,z\n", target: "3") {
            $0.format = CSVFormat()
            $0.format?.hasHeader = false
            $0.ignored = ["1"]
        }
        #expect(headless.preprocessing?.featureNames == ["2"] && headless.train.count == 2)
        // A column with this name takes precedence over one at this position.
        #expect(try convert("2,1\nx,5\nz,6\n", target: "2").preprocessing?.featureNames == ["1"])
        #expect(try convert("a,b\nx,5\nz,6\n", target: "1").preprocessing?.featureNames == ["b"])
    }

    @Test func categories() throws {
        let data = try convert("city,size,y\nRome,2,p\n\"Oslo, N\",10,q\nRome,2.0,p\n") { $0.categorical = ["size"] }
        #expect(data.preprocessing?.featureNames == ["city=Oslo, N", "city=Rome", "size=2", "size=10"])
        #expect(features(data.train, 4) == [0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0])
    }

    @Test func missingValuesAreFilledIn() throws {
        let text = "a,c,y\n1,u,p\n,v,q\n4,NA,p\n10,u,q\n"
        let mean = try convert(text) { ($0.missing, $0.scale) = (.mean, .unscaled) }
        #expect(mean.preprocessing?.featureNames == ["a", "a=(missing)", "c=u", "c=v", "c=(missing)"])
        #expect(features(mean.train, 5) == [1, 0, 1, 0, 0, 5, 1, 0, 1, 0, 4, 0, 0, 0, 1, 10, 0, 1, 0, 0])
        let median = try convert(text) { ($0.missing, $0.scale) = (.median, .unscaled) }
        #expect(features(median.train, 5)[5] == 4)
        #expect(
            features(
                try convert("a,y\n1,p\n?,q\n2,p\nnull,q\n") { ($0.missing, $0.scale) = (.median, .unscaled) }.train, 2)
                == [1, 0, 1.5, 1, 2, 0, 1.5, 1])
    }

    @Test func weights() throws {
        let data = try convert("a,w,y\n1,0.5,p\n2,0,q\n") { $0.weights = "w" }
        defer { extendLifetime(data) }
        #expect(data.train.weights?[0] == 0.5 && data.train.weights?[1] == 0 && data.featureShape == [1])
    }

    /// An existing output is kept if the table is not a valid data set.
    @Test func zeroWeightsForAllRows() throws {
        _ = try convert("a,y\n1,p\n2,q\n")
        let before = folder.read("out")
        let other = folder.write("other.csv", Array("a,w,y\n1,0,p\n2,0,q\n".utf8))
        let cases: [(String, String, (inout TableOptions) -> Void)] = [
            ("a,w,y\n1,0,p\n2,0,q\n", "column 'w' of a training row", { _ in }),
            ("a,w,y\n1,1e-46,p\n2,0,q\n", "column 'w' of a training row", { _ in }),
            ("a,w,y\n1,1,p\n2,0,q\n", "column 'w' of a test row", { $0.testFile = other }),
        ]
        for (text, says, change) in cases {
            let error = failure {
                _ = try convert(text) {
                    $0.weights = "w"
                    change(&$0)
                }
            }
            #expect(
                error.exitCode == 65 && error.description.contains("expected a weight above 0 in \(says)"), "\(error)")
            #expect(folder.read("out") == before && folder.names == ["other.csv", "out", "table.csv"])
        }
    }

    @Test func testRowsAreAShareOfEachClass() throws {
        let rows = (0..<100).map { "\($0),\($0 % 4 == 0 ? "rare" : "often")" }
        let text = "a,y\n" + rows.joined(separator: "\n")
        let data = try convert(text) { ($0.test, $0.scale) = (0.2, .unscaled) }
        let test = try #require(data.test)
        #expect(data.train.labelCounts == [60, 20] && test.labelCounts == [15, 5])
        let all = features(data.train, 1) + features(test, 1)
        #expect(all.sorted() == (0..<100).map(Float.init))
        #expect(features(test, 1) == features(test, 1).sorted())
        let again = try convert(text) { ($0.test, $0.scale) = (0.2, .unscaled) }
        #expect(again.fingerprint == data.fingerprint)
        let other = try convert(text) { ($0.test, $0.scale, $0.seed) = (0.2, .unscaled, 2) }
        #expect(other.fingerprint != data.fingerprint)
    }

    @Test func scalesUseTrainingRowsOnly() throws {
        let data = try convert("a,y\n0,1.5\n2,2.5\n100,3.5\n") { $0.test = 0.34 }
        let train = features(data.train, 1)
        #expect(train.sorted() == [-1, 1])
    }

    @Test func separateTestTable() throws {
        let test = folder.write("test.csv", Array("id,y,c,a\n7,q,v,4\n8,p,u,2\n".utf8))
        let data = try convert("a,c,y\n1,u,p\n3,v,q\n") { $0.testFile = test }
        let rows = try #require(data.test)
        #expect(features(rows, 3) == [2, 0, 1, 0, 1, 0] && (0..<2).map(rows.label) == [1, 0])
        let unknown = folder.write("test.csv", Array("y,c,a\nq,w,4\n".utf8))
        let error = failure { _ = try convert("a,c,y\n1,u,p\n3,v,q\n") { $0.testFile = unknown } }
        #expect(error.place == .line(2) && error.description.contains("in column 'c', found 'w'"), "\(error)")
        let ignoring = try convert("a,c,y\n1,u,p\n3,v,q\n") { ($0.testFile, $0.unknown) = (unknown, .ignore) }
        #expect(features(ignoring.test!, 3) == [2, 0, 0])
        let newClass = folder.write("test.csv", Array("y,c,a\nr,u,4\n".utf8))
        let another = failure { _ = try convert("a,c,y\n1,u,p\n3,v,q\n") { $0.testFile = newClass } }
        #expect(another.description.contains("one of the known classes in column 'y', found 'r'"), "\(another)")
    }

    @Test func bothWritersGiveTheSameFile() throws {
        let data = try convert("a,y\n1,p\n2,q\n3,p\n") { $0.test = 0.3 }
        try data.write(to: folder("again"))
        #expect(folder.read("out") == folder.read("again"))
    }

    /// A target without a name is identified by its position, in other tables as well.
    @Test func targetWithoutName() throws {
        let data = try convert("a,\n1,p\n2,q\n", target: "2")
        #expect(data.preprocessing?.targets == [.init(name: "2")] && data.train.label(1) == 1)
        let rows = try TableRows(
            path: folder.write("more.csv", Array("a,b\n3,q\n".utf8)), format: CSVFormat(),
            try #require(data.preprocessing),
            task: data.task)
        #expect(rows.unusedColumns == [])
        #expect(try rows.dataset().train.label(0) == 1)
    }

    /// Another table has a feature, or no column, at that position.
    @Test(arguments: ["b,a\n1,1\n", "a\n1\n"]) func missingTargetWithoutName(text: String) throws {
        let test = folder.write("test.csv", Array(text.utf8))
        let error = failure { _ = try convert("a,\n1,p\n2,q\n", target: "2") { $0.testFile = test } }
        #expect(error.place == .line(1) && error.description.contains("a column '2' (`targets`)"), "\(error)")
        let data = try convert("a,\n1,p\n2,q\n", target: "2")
        let rows = try TableRows(path: test, format: CSVFormat(), try #require(data.preprocessing), task: data.task)
        let other = failure { _ = try rows.dataset() }
        #expect(other.place == .line(1) && other.description.contains("a column '2' (the target)"), "\(other)")
    }

    @Test(arguments: ["0", "3", "-1", "-9223372036854775808", "9223372036854775807"])
    func positionsOutOfRange(position: String) {
        let error = failure { _ = try convert("a,y\n1,p\n", target: position) }
        #expect(error.place == .line(1) && error.description.contains("a column '\(position)'"), "\(error)")
    }

    @Test func manyClassesUse16Bits() throws {
        let rows = (0..<300).map { "\($0),\($0)" }.joined(separator: "\n")
        let data = try convert("a,y\n" + rows) { $0.task = .classification }
        #expect(data.outputCount == 300 && data.train.label(299) == 299)
        #expect(try SafeTensors(path: folder("out"))["train.y"]?.type == .u16)
    }

    @Test(arguments: [
        ("", "an empty file"), ("a,y\n", "expected rows after the header, found none"),
        ("a,y\n1,p\n2\n", "line 3: expected 2 fields, as in the header, found 1"),
        ("a,y\n1,p,3\n", "line 2: expected 2 fields, as in the header, found 3"),
        ("a,a,y\n1,2,p\n", "line 1: expected unique column names, found 'a' for columns 1 and 2"),
        (
            ",y\n1,p\n",
            "a name for each column, found none for column 1 (if it is a row number, leave it out: `ignored` 1)"
        ),
        ("y\np\n", "columns to predict from"), ("a,b\n1,2\n", "a column 'y' (`targets`), found the columns 'a', 'b'"),
        ("a;y\n1;p\n", "found one column, 'a;y' (for another delimiter: `delimiter`)"),
        ("a,y\n1,p\n1x,q\n", "line 3: expected a number, as in line 2, in column 'a', found '1x'"),
        ("a,y\nu,p\n1,q\n", "line 3: expected a text, as in line 2, in column 'a', found '1'"),
        ("a,y\n1,p\n\n,q\n", "line 4: expected a value in column 'a', found nothing"),
        ("a,y\n1,p\nNaN,q\n", "found 'NaN' (to fill in missing values: `missing` mean or median)"),
        ("a,y\n1e999,p\n", "a finite number in column 'a', found '1e999'"),
        ("a,y\n-Inf,p\n", "a finite number in column 'a', found '-Inf'"),
        ("a,y\n1,p\n1e999,p\n", "expected a number, as in line 2, in column 'a'"),
        ("a,y\n1,p\ninf,p\n", "found 'inf'"), ("a,y\n1,\n", "a value for the target in column 'y', found nothing"),
        ("a,y\n1,1.5\n2,x\n", "line 3: expected a number for the target in column 'y', found 'x'"),
        ("a,y\n1,1\n2,x\n", "line 3: expected a number, as in the lines above, in column 'y', found 'x'"),
        ("a,y\n1,x\n2,1\n", "expected a text, as in the lines above, in column 'y', found '1'"),
        ("a,y\n1e300,p\n-1e300,p\n", "numbers with finite variance in column 'a'"),
    ])
    func errorsNameTheirCause(text: String, says: String) {
        let error = failure { _ = try convert(text) }
        #expect(error.exitCode == 65 && error.description.contains(says), "\(error)")
        #expect(folder.names == ["table.csv"])
    }

    @Test func wholeNumbersAreAmbiguous() {
        let error = failure { _ = try convert("a,y\n1,0\n2,1\n") }
        #expect(error.exitCode == 64)
        #expect(error.description.contains("whole numbers (0, 1); choose classification or regression"), "\(error)")
    }

    @Test func conflictingOptions() {
        let text = "a,b,y\n1,2,p\n3,4,q\n"
        let cases: [((inout TableOptions) -> Void, Int32, String)] = [
            ({ $0.ignored = ["y"] }, 64, "used twice, or be ignored if it is a target or weight"),
            ({ $0.targets = ["y", "y"] }, 64, "used twice"), ({ $0.weights = "y" }, 64, "used twice"),
            ({ $0.ignored = ["c"] }, 65, "a column 'c' (`ignored`)"),
            (
                {
                    $0.weights = "b"; $0.categorical = ["b"]
                }, 64, "not a feature"
            ),
            (
                {
                    $0.targets = ["a", "b"]; $0.task = .classification
                }, 64, "one target"
            ),
            ({ $0.targetScale = .minMax }, 64, "consists of classes, not numbers"),
            ({ $0.unknown = .ignore }, 64, "`unknown` requires `testFile`"),
            ({ $0.test = 0.1 }, 64, "leaves 2 for training and 0 for testing"), ({ $0.test = 1 }, 64, "below 1"),
            ({ $0.task = .regression }, 65, "a number for the target in column 'y', found 'p'"),
        ]
        for (change, code, says) in cases {
            let error = failure { _ = try convert(text, change) }
            #expect(error.exitCode == code && error.description.contains(says), "\(error)")
        }
    }

    @Test func numbersBeyondSinglePrecision() {
        let error = failure { _ = try convert("a,y\n1,p\n1e39,q\n") { $0.scale = .unscaled } }
        #expect(error.place == .line(3) && error.description.contains("single precision"), "\(error)")
    }

    @Test func columnOfNamesIsRefused() {
        let rows = (0...TableSurvey.maxCategories).map { "n\($0),p" }.joined(separator: "\n")
        let error = failure { _ = try convert("a,y\n" + rows) }
        #expect(error.place == .line(1002) && error.description.contains("`ignored` a"), "\(error)")
    }

    @Test func preprocessingRoundTrip() throws {
        let all = Preprocessing(
            columns: [
                .init(name: "a", kind: .number(.init(offset: 0.1, divisor: 3e-7), fill: 5, isMarked: true)),
                .init(name: "b", kind: .categories(["x", "y \"z\""], isMarked: true)),
            ], targets: [.init(name: "t", scale: .init(offset: -2, divisor: 7))],
            window: .init(length: 3, horizon: 2))
        #expect(try Preprocessing(json: all.json, file: "", place: .file) == all)
        #expect(all.featureCount == 15 && all.featureNames.count == 15)
        #expect(
            all.featureNames.prefix(5) == ["a[-2]", "a=(missing)[-2]", "b=x[-2]", "b=y \"z\"[-2]", "b=(missing)[-2]"])
        #expect(all.targetNames == ["t[+2]"])
    }

    @Test(arguments: [
        #"{"columns":[],"targets":[]}"#,
        #"{"columns":[{"name":"a","kind":"number","offset":0,"divisor":0,"marked":false}],"targets":[]}"#,
        #"{"columns":[{"name":"a","kind":"other","marked":false}],"targets":[]}"#, "[]", "x",
        #"{"columns":[{"name":"a","kind":"categories","values":["x","x"],"marked":false}],"targets":[]}"#,
        #"{"columns":[],"targets":[],"window":{"length":0,"horizon":1}}"#,
    ])
    func damagedPreprocessingIsRefused(text: String) throws {
        let layouts = [
            TensorToWrite(name: "train.x", shape: [1, 1], floats: [1]),
            TensorToWrite(name: "train.y", shape: [1, 1], floats: [1]),
        ]
        try SafeTensorsWriter.write(
            layouts, metadata: ["format": Dataset.fileFormat, "targets": #"["t"]"#, "preprocessing": text],
            to: folder("f"))
        let error = failure { _ = try Dataset(path: folder("f")) }
        #expect(error.exitCode == 65 && error.description.contains("preprocessing"), "\(error)")
    }
}
