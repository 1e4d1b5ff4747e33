/// A lookup of texts among known categories.
struct CategoryIndex: Sendable {
    private let indices: [String: Int]
    private let areNumbers: Bool

    init(_ names: [String]) {
        indices = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        areNumbers = names.allSatisfy { Categories.number($0) != nil }
    }

    /// The index of a text, or `nil` if it is not a category. If all categories are numbers, texts are compared by
    /// value: 1.0 is 1.
    subscript(text: String) -> Int? {
        if let index = indices[text] { return index }
        return areNumbers ? Categories.number(text).flatMap { indices[Categories.name($0)] } : nil
    }
}
