/// The distinct texts of a column, in the order in which they were first seen.
struct Categories {
    private var indices: [String: Int] = [:]
    private(set) var texts: [String] = []
    /// The number that each text is, if it is one.
    private var numbers: [Double?] = []

    var count: Int { texts.count }
    /// Whether all texts are numbers.
    private(set) var areNumbers = true
    /// Whether all texts are whole numbers.
    private(set) var areWhole = true

    /// Returns the position of `text`, which is added if it is new.
    mutating func place(of text: String) -> Int {
        if let index = indices[text] { return index }
        indices[text] = texts.count
        texts.append(text)
        let number = Self.number(text)
        numbers.append(number)
        if number == nil { areNumbers = false }
        if number != number?.rounded() || number == nil { areWhole = false }
        return texts.count - 1
    }

    /// The sorted categories and, for each position, the index of its category, as in scikit-learn's LabelEncoder.
    ///
    /// If all texts are numbers, they are sorted by value, and equal numbers are one category however they are written.
    /// Otherwise they are sorted by their character codes.
    var sorted: (names: [String], indices: [Int]) {
        let names = areNumbers ? numbers.map { Self.name($0!) } : texts
        let values = areNumbers ? numbers.map { $0! } : []
        let order = texts.indices.sorted { a, b in
            areNumbers ? values[a] < values[b] : names[a].utf8.lexicographicallyPrecedes(names[b].utf8)
        }
        var result: [String] = []
        var indices = [Int](repeating: 0, count: count)
        for place in order {
            if result.last != names[place] { result.append(names[place]) }
            indices[place] = result.count - 1
        }
        return (result, indices)
    }

    /// Returns the name of a number as a category: "1" for 1, 1.0 and 1e0.
    static func name(_ number: Double) -> String {
        number.magnitude < 1e15 && number == number.rounded() ? String(Int(number)) : String(number)
    }

    static func number(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { DecimalNumber.parse($0) }.flatMap { $0.isFinite ? $0 : nil }
    }
}
