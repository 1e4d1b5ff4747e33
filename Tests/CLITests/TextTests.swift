import ProgramSupport
import Testing

@testable import FastTrain
@testable import FastTrainCLI

struct TerminalTextTests {
    @Test(arguments: [("", 0), ("T-shirt", 7), ("é", 1), ("e\u{301}", 1), ("お", 2), ("手書き 9", 8), ("🙂", 2)])
    func columns(text: String, columns: Int) {
        #expect(text.columns == columns)
    }

    @Test func controlCharactersAreEscaped() {
        #expect("a\u{1B}[31mb\r\nc\u{202E}".printable == #"a\u{1B}[31mb\r\nc\u{202E}"#)
        #expect("手書き · é".printable == "手書き · é")
    }

    @Test func clippingCountsColumns() {
        #expect("手書き".clipped(to: 5) == "手書")
        #expect("digit".clipped(to: 5) == "digit")
        #expect("digit".clipped(to: 0) == "")
    }
}

struct TableTests {
    @Test func alignsAndLeavesNoSpacesAtTheEnd() {
        var table = TextTable([.left, .right, .left])
        table.add("name", "n", "note")
        table.add("手書き", "1,000", "")
        table.add("b", "", "x")
        table.add("c")
        #expect(table.lines == ["name        n  note", "手書き  1,000", "b              x", "c"])
        #expect(table.width == 19)
    }

    @Test func stylesDoNotCountAsWidth() {
        var table = TextTable([.left, .left])
        table.add([TextTable.Cell("a", Style(color: true).bold), "b"])
        table.add("cc", "d")
        #expect(table.lines == ["\u{1B}[1ma\u{1B}[0m   b", "cc  d"])
    }
}

struct ProgressBarTests {
    private let progress = StepProgress(
        epoch: 3, epochs: 10, step: 30, steps: 60, loss: 0.12346, samplesPerSecond: 412_345, secondsLeft: 12.2)
    private let fancy = Style(color: false, unicode: true)

    @Test func fitsAnyWidth() {
        for width in 0...140 {
            #expect(ProgressBar.line(progress, width: width, style: fancy).columns <= width)
        }
    }

    @Test(arguments: [
        (79, "epoch  3/10  ━━━━━━━━━━━╸───────────  412,345 samples/s, loss 0.1235, 12 s left"),
        (60, "epoch  3/10  412,345 samples/s, loss 0.1235, 12 s left"),
        (45, "epoch  3/10  412,345 samples/s, loss 0.1235"), (30, "epoch  3/10  412,345 samples/s"), (8, "epoch  3"),
    ])
    func shortensToTheWidth(width: Int, line: String) {
        #expect(ProgressBar.line(progress, width: width, style: fancy) == line)
    }

    @Test func severalProcessesShowTheirExchange() {
        var progress = progress
        progress.exchange = ExchangeLoad(share: 0.123, imbalance: 0.04)
        #expect(
            ProgressBar.line(progress, width: 120, style: .plain).hasSuffix("left, exchange 12%, imbalance 4%"))
    }

    @Test func barWithoutUnicode() {
        #expect(ProgressBar.bar(0.26, width: 10, style: .plain) == "##........")
        #expect(ProgressBar.bar(7, width: 4, style: .plain) == "####")
        #expect(ProgressBar.bar(.nan, width: 4, style: .plain) == "....")
    }

    @Test func colors() {
        let bar = ProgressBar.bar(0.5, width: 4, style: Style(color: true, unicode: true))
        #expect(bar == "\u{1B}[36m━━\u{1B}[0m\u{1B}[2m──\u{1B}[0m")
    }

    @Test func finishedEpoch() {
        var record = EpochRecord(
            epoch: 3, step: 90, trainLoss: 0.1034, validationLoss: 0.1201, validationAccuracy: 0.9625,
            learningRate: 0.001, samplesPerSecond: 412_345, seconds: 1)
        #expect(
            ProgressBar.line(record, epochs: 10)
                == "epoch  3/10  loss 0.1034  validation 0.1201  accuracy 96.25%  412,345 samples/s")
        record.validationAccuracy = nil
        record.validationR2 = 0.5
        #expect(
            ProgressBar.line(record, epochs: 3)
                == "epoch 3/3  loss 0.1034  validation 0.1201  R2 0.5000  412,345 samples/s")
        record.exchange = ExchangeLoad(share: 0.5, imbalance: 0.25)
        #expect(ProgressBar.line(record, epochs: 3).hasSuffix("samples/s  exchange 50%  imbalance 25%"))
        record.exchange = nil
        record.validationLoss = nil
        record.validationR2 = nil
        #expect(ProgressBar.line(record, epochs: 3) == "epoch 3/3  loss 0.1034  412,345 samples/s")
    }
}

struct PredictionCSVTests {
    private let predictions = Predictions(count: 2, outputs: 2, values: [0.25, 0.75, 1, 1e-9])

    @Test func classes() {
        let task = Dataset.Task.classification(classes: ["cat", "a \"big\", dog"])
        #expect(text(task, probabilities: false) == "row,class\n0,\"a \"\"big\"\", dog\"\n1,cat\n")
        #expect(
            text(task, probabilities: true)
                == "row,class,cat,\"a \"\"big\"\", dog\"\n0,\"a \"\"big\"\", dog\",0.25,0.75\n1,cat,1.0,1e-09\n")
    }

    @Test func numbers() {
        #expect(text(.regression(targets: ["x", "y"]), probabilities: false) == "row,x,y\n0,0.25,0.75\n1,1.0,1e-09\n")
    }

    @Test func mostProbableClasses() {
        let task = Dataset.Task.classification(classes: ["a", "b", "c"])
        let predictions = Predictions(count: 2, outputs: 3, values: [0.25, 0.5, 0.25, 0.25, 0.25, 0.5])
        let csv = PredictionCSV(task: task, detail: .top(2))
        #expect(csv.header == "row,class,probability,class_2,probability_2\n")
        #expect(csv.lines(predictions, 0..<2, numbers: [7, 9]) == "7,b,0.5,a,0.25\n9,c,0.5,a,0.25\n")
        #expect(PredictionCSV(task: task, detail: .top(1)).header == "row,class,probability\n")
    }

    private func text(_ task: Dataset.Task, probabilities: Bool) -> String {
        let csv = PredictionCSV(task: task, detail: probabilities ? .probabilities : .none)
        return csv.header + csv.lines(predictions, 0..<predictions.count)
    }
}

struct UsageMessageTests {
    @Test func oneLineWithAHint() {
        let full = """
            Error: Missing expected argument '<model>'

            USAGE: fasttrain evaluate <model>
              See 'fasttrain evaluate --help' for more information.
            """
        #expect(
            Console.usageMessage(full) == "missing expected argument '<model>' (see 'fasttrain evaluate --help')")
        let values = """
            Error: The value 'x' is invalid for '--task <name>'. Please provide one of the following:
              - one
              - other

            Help:  --task <name>  What.
            Usage: fasttrain-data csv
              See 'fasttrain-data csv --help' for more information.
            """
        #expect(
            Console.usageMessage(values)
                == "the value 'x' is invalid for '--task <name>'. Please provide one of the following: one, other (see "
                + "'fasttrain-data csv --help')")
        #expect(Console.usageMessage("Error: No") == "no")
        #expect(Console.usageMessage("") == "")
    }

    @Test func hiddenLayers() {
        #expect([Int](optionText: "256,128") == [256, 128])
        #expect([Int](optionText: "none") == [])
        for wrong in ["", "a", "1,", ",1", "1 2", "1.5", "99999999999999999999"] {
            #expect([Int](optionText: wrong) == nil && SettingArgument<[Int]>(argument: wrong) == nil)
        }
    }
}
