extension String {
    /// The maximum number of consecutive combining marks in text read from files, as in Unicode's stream-safe text
    /// format (UAX #15).
    package static let maxCombiningMarks = 30

    /// A description of `isStreamSafe` text, for messages.
    package static let streamSafeExpectation = "at most \(maxCombiningMarks) combining marks in a row"

    /// Whether there are at most `maxCombiningMarks` consecutive combining marks. The time to compare or hash text
    /// grows with the square of their number: 64 KiB of nothing but marks takes seconds.
    package var isStreamSafe: Bool { utf8Span.isStreamSafe }
}

extension UTF8Span {
    /// Whether there are at most `String.maxCombiningMarks` consecutive combining marks.
    package var isStreamSafe: Bool {
        if isKnownASCII { return true }
        var marks = 0
        var scalars = makeUnicodeScalarIterator()
        while let scalar = scalars.next() {
            let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            marks = isMark ? marks + 1 : 0
            if marks > String.maxCombiningMarks { return false }
        }
        return true
    }
}
