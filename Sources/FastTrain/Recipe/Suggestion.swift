/// A guess at the name that was meant by one with a typing error.
enum Suggestion {
    /// Returns the end of an error message, such as " (did you mean 'epochs'?)"; empty if no name is near.
    static func hint(for word: String, in names: [String]) -> String {
        nearest(to: word, in: names).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// Returns the name at the smallest edit distance, if that is at most a third of the name's length.
    private static func nearest(to word: String, in names: [String]) -> String? {
        let distances = names.map { (name: $0, distance: distance(word, $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.name.count / 3)
        else { return nil }
        return best.name
    }

    /// Returns the Levenshtein distance of two words, of the first 64 bytes of `a`.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8))
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let next = min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1)
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}
