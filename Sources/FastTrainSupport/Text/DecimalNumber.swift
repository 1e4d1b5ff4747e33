/// A parser of decimal numbers as people and programs write them: `12`, `-3.5`, `+.5`, `1e-7`. There are no locales,
/// hexadecimal numbers or infinities.
package enum DecimalNumber {
    /// Returns the `Double` nearest to the number in `text`, or `nil` if `text` is not a number.
    ///
    /// Ties are rounded to even. A number that is too large becomes infinity.
    package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let count = text.count
        var index = 0
        var isNegative = false
        if count > 0, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            index = 1
        }
        var digits = Digits()
        digits.take(text, &index, isFraction: false)
        if index < count, text[index] == UInt8(ascii: ".") {
            index += 1
            digits.take(text, &index, isFraction: true)
        }
        guard digits.hasDigits else { return nil }
        if index < count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            guard let exponent = exponent(text, &index) else { return nil }
            digits.exponent += exponent
        }
        guard index == count else { return nil }
        if !digits.isCut, let magnitude = exact(digits.value, exponent: digits.exponent) {
            return isNegative ? -magnitude : magnitude
        }
        // The rare case: more than 19 digits, or a very large or small number. The standard library rounds any number
        // correctly.
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// The first 19 significant digits as an integer, and the power of ten to multiply it by.
    private struct Digits {
        var value: UInt64 = 0
        var exponent = 0
        /// Whether there was any digit, even a zero.
        var hasDigits = false
        /// Whether a digit other than zero followed the first 19.
        var isCut = false
        private var count = 0

        @inline(__always)
        mutating func take(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, isFraction: Bool) {
            let start = index
            while index < text.count, case let digit = text[index] &- UInt8(ascii: "0"), digit < 10 {
                if count < 19 {
                    value = value &* 10 &+ UInt64(digit)
                    if value != 0 { count += 1 }
                    if isFraction { exponent -= 1 }
                } else {
                    if digit != 0 { isCut = true }
                    if !isFraction { exponent += 1 }
                }
                index += 1
            }
            if index > start { hasDigits = true }
        }
    }

    /// Parses the exponent after the `e`. Returns `nil` if it is not an integer.
    ///
    /// The exponent is limited to ±2⁴⁰. Beyond that it makes no difference, because no text has enough digits to
    /// compensate for it.
    private static func exponent(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        let start = index
        var value = 0
        while index < text.count, case let digit = text[index] &- UInt8(ascii: "0"), digit < 10 {
            value = min(value * 10 + Int(digit), 1 << 40)
            index += 1
        }
        return index == start ? nil : isNegative ? -value : value
    }

    /// The powers of five that fit into 64 bits, 5⁰ to 5²⁷.
    private static let powersOfFive: [UInt64] = (0..<27).reduce(into: [1]) { powers, _ in
        powers.append(powers.last! * 5)
    }

    /// Returns `value` · 10^`exponent`, rounded once, computed with 128-bit integers, or `nil` if the result does not
    /// fit into them.
    private static func exact(_ value: UInt64, exponent: Int) -> Double? {
        guard value != 0 else { return 0 }
        guard exponent.magnitude <= 27 else { return nil }
        if exponent == 0 { return Double(value) }
        let power = powersOfFive[Int(exponent.magnitude)]
        if exponent > 0 {
            let (high, low) = value.multipliedFullWidth(by: power)
            guard high != 0 else { return Double(low) * powerOfTwo(exponent) }
            // The 64 bits from the highest set bit on. All lower bits together are represented by a sticky bit.
            let shift = UInt64(high.leadingZeroBitCount)
            let top = shift == 0 ? high : high << shift | low >> (64 - shift)
            return Double(top | (low << shift != 0 ? 1 : 0)) * powerOfTwo(64 - Int(shift) + exponent)
        }
        // With both shifted left as far as possible, the quotient has at least 62 bits. Together with a sticky bit for
        // the remainder, that is enough to round once.
        let (up, powerUp) = (value.leadingZeroBitCount, power.leadingZeroBitCount)
        let whole = value << UInt64(up)
        let (quotient, remainder) = (power << UInt64(powerUp)).dividingFullWidth((whole >> 1, whole << 63))
        return Double(quotient | (remainder != 0 ? 1 : 0)) * powerOfTwo(powerUp - up - 63 + exponent)
    }

    /// Returns 2^`exponent`, for the exponents that occur in `exact`, which are far from the limits of `Double`.
    private static func powerOfTwo(_ exponent: Int) -> Double { Double(bitPattern: UInt64(1023 + exponent) << 52) }
}
