/// Numbers in rows and columns: what the estimators take as features and targets, and what their weights are.
///
/// Estimators take arrays of arrays as well; a matrix is for a flat buffer, and spares taking rows apart.
public struct Matrix: Sendable, Equatable {
    /// Row after row.
    public let values: [Float]
    /// Rows.
    public let rows: Int
    /// Numbers in each row.
    public let columns: Int

    /// A flat buffer, row after row. Throws `.usage` when it is no whole number of rows.
    public init<Number: BinaryFloatingPoint>(_ values: [Number], columns: Int) throws(FastTrainError) {
        guard columns > 0, values.count % columns == 0 else {
            throw .usage(
                "a matrix of \(columns) columns: expected a whole number of rows, found \(values.count) numbers")
        }
        self.init(values.asFloats, rows: values.count / columns, columns: columns)
    }

    /// An array of rows. Throws `.usage` that names the first row whose length is not that of the first.
    public init<Number: BinaryFloatingPoint>(_ rows: [[Number]]) throws(FastTrainError) {
        let columns = rows.first?.count ?? 0
        if let row = rows.firstIndex(where: { $0.count != columns }) {
            throw .usage("row \(row): expected \(columns) numbers, as row 0 has, found \(rows[row].count)")
        }
        var values: [Float] = []
        values.reserveCapacity(rows.count * columns)
        for row in rows { values += row.asFloats }
        self.init(values, rows: rows.count, columns: columns)
    }

    init(_ values: [Float], rows: Int, columns: Int) {
        self.values = values
        self.rows = rows
        self.columns = columns
    }

    /// Rows and columns.
    public var shape: [Int] { [rows, columns] }

    /// A number, by its row and column from 0.
    public subscript(row: Int, column: Int) -> Float {
        precondition((0..<rows).contains(row) && (0..<columns).contains(column), "[\(row), \(column)] of \(shape)")
        return values[row * columns + column]
    }

    /// A row, from 0.
    public subscript(row: Int) -> [Float] {
        precondition((0..<rows).contains(row), "row \(row) of \(rows)")
        return Array(values[row * columns..<(row + 1) * columns])
    }

    /// As an array of rows.
    public var arrays: [[Float]] { (0..<rows).map { self[$0] } }

    /// The place of the first number that is NaN or infinite.
    var firstNotFinite: (row: Int, column: Int)? {
        values.firstIndex { !$0.isFinite }.map { ($0 / columns, $0 % columns) }
    }
}

extension Array where Element: BinaryFloatingPoint {
    /// As single-precision numbers; those that are too large become infinite.
    var asFloats: [Float] {
        if let floats = self as? [Float] { return floats }
        return map { Float($0) }
    }
}
