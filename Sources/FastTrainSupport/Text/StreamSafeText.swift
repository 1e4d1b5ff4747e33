extension String {
    /// The most combining marks in a row, as Unicode's stream-safe text has it (UAX #15), in what is read from files.
    package static let mostCombiningMarks = 30

    /// What `isStreamSafe` text has, for messages.
    package static let streamSafeExpectation = "at most \(mostCombiningMarks) combining marks in a row"

    /// Whether it has no more combining marks in a row than that. The time that comparing and hashing text takes grows with
    /// the square of their number: of 64 KiB of nothing else it is seconds.
    package var isStreamSafe: Bool { utf8Span.isStreamSafe }
}

extension UTF8Span {
    /// As `String.isStreamSafe`.
    package var isStreamSafe: Bool {
        if isKnownASCII { return true }
        var marks = 0
        var scalars = makeUnicodeScalarIterator()
        while let scalar = scalars.next() {
            let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            marks = isMark ? marks + 1 : 0
            if marks > String.mostCombiningMarks { return false }
        }
        return true
    }
}
