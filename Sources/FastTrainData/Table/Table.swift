/// A CSV file as a table with named columns. Every row has as many fields as there are columns.
final class Table: TableFields {
    /// The names of the columns; a name is empty where the header has none.
    let columns: [String]
    /// The number of rows read so far.
    private(set) var rowCount = 0

    /// The maximum number of columns, each of which is described in the header of a data set.
    static let maxColumns = 100_000
    /// The maximum size in bytes of a column's name and of a text that is a category or class.
    static let maxTextBytes = 4096

    /// The total number of rows, known after the first pass.
    private var total: Int?
    private let reader: CSVReader
    private let format: CSVFormat
    private let indices: [String: Int]

    var path: String { reader.path }
    /// The line of the current row, counted from 1.
    var line: Int { reader.line }

    /// Opens the file and reads its header. Throws `.noInput` if the file cannot be read, `.badData` if the header is
    /// not valid.
    init(path: String, format: CSVFormat) throws(FastTrainError) {
        let reader = try CSVReader(path: path, delimiter: format.delimiter)
        self.reader = reader
        self.format = format
        guard try reader.next() else {
            throw .badData(
                file: path, place: .file, expected: format.hasHeader ? "a header and rows" : "rows",
                found: "an empty file")
        }
        guard reader.fieldCount <= Self.maxColumns else {
            throw .badData(
                file: path, place: .line(reader.line), expected: "at most \(Self.maxColumns) columns",
                found: "\(reader.fieldCount)")
        }
        var columns: [String] = []
        for field in 0..<reader.fieldCount {
            guard !format.hasHeader || reader.bytes(field).count <= Self.maxTextBytes else {
                throw .badData(
                    file: path, place: .line(reader.line),
                    expected: "a name of at most \(Self.maxTextBytes) bytes for column \(field + 1)",
                    found: "\(reader.bytes(field).count) bytes")
            }
            columns.append(format.hasHeader ? try reader.text(field) : String(field + 1))
        }
        var indices: [String: Int] = [:]
        for (index, name) in columns.enumerated() where !name.isEmpty {
            if let first = indices.updateValue(index, forKey: name) {
                throw .badData(
                    file: path, place: .line(1), expected: "unique column names",
                    found: "'\(name)' for columns \(first + 1) and \(index + 1)")
            }
        }
        self.columns = columns
        self.indices = indices
        try rewind()
    }

    /// Goes back to the first row.
    func rewind() throws(FastTrainError) {
        try reader.rewind()
        rowCount = 0
        if format.hasHeader { _ = try reader.next() }
    }

    /// Reads the next row.
    ///
    /// Empty lines are skipped, except in a table with a single column, where they are empty fields.
    ///
    /// - Returns: False after the last row.
    /// - Throws: `.badData` with the line if the row is malformed, `.inputOutput` if reading fails.
    func next() throws(FastTrainError) -> Bool {
        repeat {
            guard try reader.next() else {
                guard rowCount == total ?? rowCount else { throw otherRows }
                total = rowCount
                return false
            }
        } while reader.isBlank && columns.count > 1
        guard reader.fieldCount == columns.count else {
            throw .badData(
                file: path, place: .line(line),
                expected: "\(columns.count) fields, as in \(format.hasHeader ? "the header" : "the first line")",
                found: "\(reader.fieldCount)")
        }
        rowCount += 1
        guard rowCount <= total ?? .max else { throw otherRows }
        return true
    }

    /// The error for a file that was modified without a change of its modification time.
    private var otherRows: FastTrainError {
        .badData(
            file: path, place: .line(line), expected: "the \(total ?? 0) rows read before",
            found: "\(rowCount)")
    }

    /// Returns the bytes of a field of the current row.
    @inline(__always)
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> { reader.bytes(column) }

    /// Returns the text of a field of the current row. Throws `.badData` if it is not UTF-8 or too long for a category.
    func text(_ column: Int) throws(FastTrainError) -> String {
        guard bytes(column).count <= Self.maxTextBytes else {
            throw fault(column, "a text of at most \(Self.maxTextBytes) bytes")
        }
        return try reader.text(column)
    }

    /// Returns the column with this name.
    func index(of name: String) -> Int? { indices[name] }

    /// Returns the column with this name or, if there is none, at this position, counted from 1.
    func column(_ name: String) -> Int? {
        if let index = indices[name] { return index }
        guard let position = Int(name), (1...columns.count).contains(position) else { return nil }
        return position - 1
    }

    /// Returns the column with this name or position. Throws `.badData` if there is none; `setting` is named in the
    /// error as the reason it is needed.
    func column(_ name: String, for setting: String) throws(FastTrainError) -> Int {
        guard let index = column(name) else { throw noColumn(name, for: setting) }
        return index
    }

    /// Returns the error for a column that does not exist. `setting` is named as the reason it is needed.
    func noColumn(_ name: String, for setting: String) -> FastTrainError {
        let hint = columns.count == 1 ? " (for another delimiter: `delimiter`)" : ""
        return .badData(
            file: path, place: .line(1), expected: "a column '\(name)' (\(setting))", found: columnList + hint)
    }

    /// The names of the columns, for a message.
    var columnList: String {
        let shown = columns.prefix(20).map { $0.isEmpty ? "one without a name" : "'\($0)'" }
        let rest = columns.count - shown.count
        return (columns.count == 1 ? "one column, " : "the columns ") + shown.joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }

    /// The error for a table without rows.
    var noRows: FastTrainError {
        .badData(
            file: path, place: .file, expected: format.hasHeader ? "rows after the header" : "rows", found: "none")
    }

    /// Returns the name of a column for messages: its position if it has no name.
    func name(_ column: Int) -> String { columns[column].isEmpty ? "\(column + 1)" : columns[column] }

    /// Returns an error about a field of the current row, with its line, column and text.
    func fault(_ column: Int, _ expected: String, hint: String = "") -> FastTrainError {
        let text = String(decoding: bytes(column).prefix(60), as: UTF8.self)
        let found = text.isEmpty ? "nothing" : "'\(text)'" + (bytes(column).count > 60 ? "…" : "")
        return .badData(
            file: path, place: .line(line), expected: "\(expected) in column '\(name(column))'", found: found + hint)
    }

    /// Returns whether a field of the current row is a missing value; see `MissingValue`.
    func isMissing(_ column: Int) -> Bool { MissingValue.matches(bytes(column)) }

    /// Returns whether a field of the current row is a number that is not finite, such as 1e999, inf or -Infinity.
    func isInfinite(_ column: Int) -> Bool {
        if let value = DecimalNumber.parse(bytes(column)) { return !value.isFinite }
        guard bytes(column).count <= 9 else { return false }
        let word = String(decoding: bytes(column), as: UTF8.self).lowercased()
        return ["inf", "infinity"].contains(word.drop { $0 == "+" || $0 == "-" })
    }

    /// Returns the number in a field of the current row, or `nil` if it is not a finite number.
    @inline(__always)
    func number(_ column: Int) -> Double? {
        guard let value = DecimalNumber.parse(bytes(column)), value.isFinite else { return nil }
        return value
    }
}
