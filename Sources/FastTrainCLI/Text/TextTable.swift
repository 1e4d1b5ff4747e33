/// A text table whose columns are as wide as their widest cells.
struct TextTable {
    enum Alignment: Sendable { case left, right }

    /// A text with an optional style. Its width is that of the text alone.
    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        let paint: (String) -> String

        init(_ text: String, _ paint: @escaping (String) -> String = { $0 }) {
            self.text = text
            self.paint = paint
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    /// The alignment of each column.
    let alignments: [Alignment]
    /// The number of spaces between two columns.
    var gap = 2
    private(set) var rows: [[Cell]] = []

    init(_ alignments: [Alignment], gap: Int = 2) {
        self.alignments = alignments
        self.gap = gap
    }

    /// Adds a row. Missing cells at its end are empty.
    mutating func add(_ cells: [Cell]) {
        precondition(cells.count <= alignments.count)
        rows.append(cells)
    }

    /// Adds a row of plain cells.
    mutating func add(_ cells: String...) { add(cells.map { Cell($0) }) }

    /// The width of the widest line in columns.
    var width: Int {
        let widths = self.widths
        return widths.reduce(0, +) + gap * max(0, widths.count - 1)
    }

    /// The rows as lines without trailing spaces.
    var lines: [String] {
        let widths = self.widths
        return rows.map { row in
            var line = ""
            var owed = 0  // spaces that are written only if more text follows
            for (column, cell) in row.enumerated() {
                let spaces = widths[column] - cell.text.columns
                if alignments[column] == .right { owed += spaces }
                if !cell.text.isEmpty {
                    line += String(repeating: " ", count: owed) + cell.paint(cell.text)
                    owed = 0
                }
                if alignments[column] == .left { owed += spaces }
                owed += gap
            }
            return line
        }
    }

    private var widths: [Int] {
        alignments.indices.map { column in
            rows.lazy.filter { column < $0.count }.map { $0[column].text.columns }.max() ?? 0
        }
    }
}
