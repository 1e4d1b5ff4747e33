/// A matrix of numbers, used for the estimators' features, targets and weights.
///
/// Estimators also take arrays (`MatrixConvertible`). A matrix holds a flat buffer, which avoids copying row by row.
public struct Matrix: Sendable, Equatable {
    /// The numbers in row-major order.
    public let values: [Float]
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int

    /// Creates a matrix from a flat buffer in row-major order.
    ///
    /// - Throws: `.invalidSetting` if the buffer is not a whole number of rows.
    public init<Number: BinaryFloatingPoint>(_ values: [Number], columns: Int) throws(FastTrainError) {
        guard columns > 0, values.count % columns == 0 else {
            throw .invalidSetting(
                name: "values", expected: "a whole number of rows of \(columns) columns",
                found: "\(values.count) numbers")
        }
        self.init(values.asFloats, rows: values.count / columns, columns: columns)
    }

    /// Creates a matrix from an array of rows.
    ///
    /// - Throws: `.invalidSetting` that names the first row whose length differs from that of row 0.
    public init<Number: BinaryFloatingPoint>(_ rows: [[Number]]) throws(FastTrainError) {
        let columns = rows.first?.count ?? 0
        if let row = rows.firstIndex(where: { $0.count != columns }) {
            throw .invalidSetting(
                name: "row \(row)", expected: "\(columns) numbers, as in row 0", found: "\(rows[row].count)")
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

    /// The number of rows and the number of columns.
    public var shape: [Int] { [rows, columns] }

    /// Accesses a number by its row and column, which are counted from 0.
    public subscript(row: Int, column: Int) -> Float {
        precondition((0..<rows).contains(row) && (0..<columns).contains(column), "[\(row), \(column)] of \(shape)")
        return values[row * columns + column]
    }

    /// Returns a row, which is counted from 0.
    public subscript(row: Int) -> [Float] {
        precondition((0..<rows).contains(row), "row \(row) of \(rows)")
        return Array(values[row * columns..<(row + 1) * columns])
    }

    /// The matrix as an array of rows.
    public var arrays: [[Float]] { (0..<rows).map { self[$0] } }

    /// The position of the first number that is NaN or infinite; `nil` if there is none.
    var firstNotFinite: (row: Int, column: Int)? {
        values.firstIndex { !$0.isFinite }.map { ($0 / columns, $0 % columns) }
    }

    /// Throws unless the matrix can be features: it must have rows, the expected number of columns, if given, and only
    /// finite values.
    func checkFeatures(columns expected: Int?) throws(FastTrainError) {
        guard rows > 0, columns > 0 else {
            throw .invalidSetting(name: "x", expected: "rows of features", found: "\(rows) rows of \(columns)")
        }
        if let expected, columns != expected {
            throw .invalidSetting(
                name: "x", expected: "rows of \(expected) features, as in the first fit", found: "rows of \(columns)")
        }
        try checkFinite("x")
    }

    /// Throws `.badData` that names the first row and column whose value is NaN or infinite.
    func checkFinite(_ name: String) throws(FastTrainError) {
        guard let place = firstNotFinite else { return }
        throw .badData(
            file: name, place: .row(place.row), expected: "finite numbers",
            found: "\(self[place.row, place.column]) in column \(place.column)")
    }
}

extension Array where Element: BinaryFloatingPoint {
    /// The numbers in single precision. Numbers that are too large become infinite.
    var asFloats: [Float] {
        if let floats = self as? [Float] { return floats }
        return map { Float($0) }
    }
}
