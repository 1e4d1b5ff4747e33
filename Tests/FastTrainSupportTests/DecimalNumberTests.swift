import Testing

@testable import FastTrainSupport

/// Decimal numbers, compared with the standard library's parser.
@Suite struct DecimalNumberTests {
    private static func parse(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { DecimalNumber.parse($0) }
    }

    @Test(arguments: [
        "0", "-0", "+0", "1", "-1", "12.5", "+.5", "5.", "00012", "1e3", "1E-3", "1.5e+10", "0.1", "123456789012345678",
        "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000000001",
        "0.000000000000000000000000001",
        "1e22", "1e23", "1e27", "1e28", "1e-27", "1e-28", "8.5e-27", "1.7976931348623157e308", "4.9e-324", "2.5e-324",
        "1e-400", "0e999999999999", "1e999", "-1e999", "0.0000000000000000000000000000000000000000000001e46",
        "18446744073709551615", "18446744073709551616", "99999999999999999999e-20",
        "1000000000000000000000000000000000000000000000000", "179769313486231580793e289", "2.2250738585072011e-308",
    ])
    func agreesWithTheStandardLibrary(text: String) throws {
        let expected = try #require(Double(text))
        #expect(Self.parse(text)?.bitPattern == expected.bitPattern)
    }

    @Test(arguments: [
        "", "-", "+", ".", "-.", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "inf", "nan", "Infinity", "1 ", " 1", "--1",
        "1_000", "1e5.5", "١", "12a", "1f",
    ])
    func refusesOtherText(text: String) {
        #expect(Self.parse(text) == nil)
    }

    /// Exponents that compensate for as many zeros.
    @Test func manyZeros() {
        let zeros = String(repeating: "0", count: 100_010)
        #expect(Self.parse("0.\(zeros)25e100012") == 25)
        #expect(Self.parse("25\(zeros)e-100011") == 2.5)
        #expect(Self.parse("1e99999999999999999999") == .infinity && Self.parse("1e-99999999999999999999") == 0)
    }

    /// Random digits and exponents of all lengths, and the shortest texts of random bit patterns.
    @Test func agreesOnRandomNumbers() {
        let generator = Philox(seed: 1, purpose: .testSplit)
        var different: [String] = []
        for index in 0..<200_000 {
            let draws = generator.block(UInt64(index), stream: 0)
            let bits = UInt64(draws[0]) << 32 | UInt64(draws[1])
            let digits = String(bits % (1 << UInt64(1 + draws[2] % 63)))
            let point = digits.index(digits.startIndex, offsetBy: Int(draws[2] >> 8) % (digits.count + 1))
            let exponent = index % 3 == 0 ? "" : "e\(Int(draws[3] % 81) - 40)"
            let texts = [
                digits[..<point] + "." + digits[point...] + exponent,
                digits + String(draws[3]) + "." + String(draws[2]), String(Double(bitPattern: bits & ~(1 << 62))),
            ]
            for text in texts where Self.parse(text)?.bitPattern != Double(text)?.bitPattern { different.append(text) }
        }
        #expect(different.isEmpty)
    }
}
