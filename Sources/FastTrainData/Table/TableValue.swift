/// A value of a row of a table: a number, a text, or a missing value.
///
/// Literals are values: `["area": 84.5, "city": "Rome", "rooms": nil]`.
public enum TableValue: Sendable, Hashable {
    /// A number. NaN is a missing value.
    case number(Double)
    /// A text as in a CSV file: a category, a number in decimal notation, or a text that means a missing value, such as
    /// "NA" or the empty text.
    case text(String)
    /// A missing value.
    case missing
}

extension TableValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// Creates a number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Creates a number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension TableValue: ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// Creates a text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Creates a missing value.
    public init(nilLiteral: ()) { self = .missing }
}

/// The values of a row by the positions of their columns.
struct NamedFields: TableFields {
    /// The name of the row in errors.
    let row: String
    /// The names of the columns.
    let names: [String]
    /// The value in each column.
    let values: [TableValue]

    func isMissing(_ column: Int) -> Bool {
        switch values[column] {
        case .number(let number): number.isNaN
        case .text(var text): text.withUTF8(MissingValue.matches)
        case .missing: true
        }
    }

    func number(_ column: Int) -> Double? {
        switch values[column] {
        case .number(let number): number.isFinite ? number : nil
        case .text(let text): Categories.number(text)
        case .missing: nil
        }
    }

    func text(_ column: Int) throws(FastTrainError) -> String {
        switch values[column] {
        case .number(let number): return Categories.name(number)
        case .text(let text):
            guard text.utf8.count <= Table.maxTextBytes else {
                throw fault(column, "a text of at most \(Table.maxTextBytes) bytes", hint: "")
            }
            return text
        case .missing: return ""
        }
    }

    func fault(_ column: Int, _ expected: String, hint: String) -> FastTrainError {
        let found =
            switch values[column] {
            case .number(let number): "\(number)"
            case .text(let text): text.isEmpty ? "nothing" : "'\(text.prefix(60))'" + (text.count > 60 ? "…" : "")
            case .missing: "a missing value"
            }
        return .badData(
            file: row, place: .file, expected: "\(expected) in column '\(names[column])'", found: found)
    }
}
