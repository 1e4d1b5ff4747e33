/// Rows of numbers that the estimators take: a `Matrix`, an array of rows, or an array with one number for each row.
public protocol MatrixConvertible {
    /// Returns the numbers in single precision, [rows, columns].
    ///
    /// - Throws: `.invalidSetting` that names the first row whose length differs from that of row 0.
    func matrix() throws(FastTrainError) -> Matrix
}

/// A row of numbers, or a single number as a row.
public protocol MatrixRow {
    /// Returns a matrix of some rows.
    ///
    /// - Throws: `.invalidSetting` that names the first row whose length differs from that of row 0.
    static func matrix(of rows: [Self]) throws(FastTrainError) -> Matrix
}

extension Matrix: MatrixConvertible {
    /// Returns the matrix itself.
    public func matrix() -> Matrix { self }
}

extension Array: MatrixConvertible where Element: MatrixRow {
    /// Returns the rows as a matrix.
    public func matrix() throws(FastTrainError) -> Matrix { try Element.matrix(of: self) }
}

extension Array: MatrixRow where Element: BinaryFloatingPoint {
    /// Returns a matrix of some rows.
    public static func matrix(of rows: [[Element]]) throws(FastTrainError) -> Matrix { try Matrix(rows) }
}

extension MatrixRow where Self: BinaryFloatingPoint {
    /// Returns a matrix of one column.
    public static func matrix(of rows: [Self]) throws(FastTrainError) -> Matrix { try Matrix(rows, columns: 1) }
}

extension Float: MatrixRow {}
extension Double: MatrixRow {}
