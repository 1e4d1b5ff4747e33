import FastTrain
import Testing

@testable import FastTrainCLI

struct ConfusionTableTests {
    /// Creates a matrix from counts, [true class][predicted class].
    private func matrix(_ classes: [String], _ counts: [[Int]]) -> ConfusionMatrix {
        var matrix = ConfusionMatrix(classes: classes)
        for (label, row) in counts.enumerated() {
            for (prediction, count) in row.enumerated() {
                for _ in 0..<count { matrix.add(label: label, prediction: prediction) }
            }
        }
        return matrix
    }

    @Test func fewClasses() {
        let matrix = matrix(["cat", "dog", "eel"], [[980, 19, 1], [0, 1200, 0], [3, 0, 0]])
        #expect(
            ConfusionTable.text(matrix, width: 80, style: .plain) == """
                            cat   dog   eel  recall
                cat         980    19     1    98.0
                dog           .  1200     .     100
                eel           3     .     .     0.0
                precision  99.7  98.4   0.0
                """)
    }

    @Test func aClassWithoutRowsOrPredictions() {
        let matrix = matrix(["a", "b"], [[5, 0], [0, 0]])
        #expect(
            ConfusionTable.text(matrix, width: 80, style: .plain) == """
                              a     b  recall
                a             5     .     100
                b             .     .       -
                precision   100     -
                """)
    }

    @Test func longNamesBecomeNumbers() {
        let matrix = matrix(["T-shirt/top", "Ankle boot"], [[8, 2], [1, 9]])
        #expect(
            ConfusionTable.text(matrix, width: 40, style: .plain) == """
                                  0     1  recall
                0 T-shirt/top     8     2    80.0
                1 Ankle boot      1     9    90.0
                precision      88.9  81.8
                """)
    }

    @Test func aMatrixThatIsTooWideBecomesAList() {
        let matrix = matrix(["T-shirt/top", "Ankle boot", "Bag"], [[8, 2, 1], [1, 9, 0], [0, 0, 1]])
        #expect(
            ConfusionTable.text(matrix, width: 20, style: .plain) == """
                class        rows  recall  precision  most often predicted as
                T-shirt/top    11    72.7       88.9  Ankle boot (2), Bag (1)
                Ankle boot     10    90.0       81.8  T-shirt/top (1)
                Bag             1     100       50.0
                """)
    }

    @Test func manyClassesBecomeAListOfTheWorst() {
        let classes = (0..<25).map { "c\($0)" }
        let counts = classes.indices.map { label in classes.indices.map { $0 == label ? 25 - label : $0 == 0 ? 1 : 0 } }
        let lines = ConfusionTable.text(matrix(classes, counts), width: 200, style: .plain).split(separator: "\n")
        #expect(lines.count == 22)
        #expect(lines[1] == "c24       2    50.0        100  c0 (1)")
        #expect(lines[21] == "and 5 classes with equal or higher recall")
    }

    @Test func namesAreEscaped() {
        let text = ConfusionTable.text(matrix(["\u{1B}[2J", "b"], [[1, 0], [0, 1]]), width: 80, style: .plain)
        #expect(!text.contains("\u{1B}"))
    }

    @Test func colorOnATerminal() {
        let text = ConfusionTable.text(
            matrix(["a", "b"], [[90, 10], [1, 99]]), width: 80, style: Style(color: true, unicode: true))
        let lines = text.split(separator: "\n")
        #expect(lines[1].contains("\u{1B}[32m90\u{1B}[0m"))
        #expect(lines[1].contains("\u{1B}[31m10\u{1B}[0m"))
        #expect(lines[2].contains("   1  "))
    }
}
