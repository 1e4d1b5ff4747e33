/// Formats numbers for people, on the command line and in pictures.
package enum Format {
    /// Formats an integer with thousands separators: `1234567` is "1,234,567".
    package static func integer(_ value: Int) -> String {
        var text = ""
        let digits = String(value.magnitude)
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// Formats `value` with `decimals` digits after the decimal point. NaN and infinities are "nan" and "inf".
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
        guard scaled < 1e15 else { return String(value) }  // NaN and infinities too
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return sign + padded.dropLast(decimals) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }

    /// Formats a loss or a score without a unit: with four decimals if they are significant, otherwise in scientific
    /// notation.
    package static func loss(_ value: Double) -> String {
        let size = value.magnitude
        if value == 0 || (0.001..<100_000).contains(size) || !value.isFinite { return fixed(value, 4) }
        var mantissa = size
        var exponent = 0
        while mantissa >= 9.9995 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 0.99995 {
            mantissa *= 10
            exponent -= 1
        }
        return "\(value < 0 ? "-" : "")\(fixed(mantissa, 3))e\(exponent)"
    }

    /// Formats a number in the units of a user's table, with about five significant digits.
    package static func measure(_ value: Double) -> String {
        switch value.magnitude {
        case 10_000..<1e15: integer(Int(value.rounded()))
        case 100..<10_000: fixed(value, 2)
        default: loss(value)
        }
    }

    /// Formats a fraction of 1 as a percentage, such as "95.80%".
    package static func percent(_ share: Double, _ decimals: Int = 2) -> String { fixed(share * 100, decimals) + "%" }

    /// Formats a count per second: as an integer from a hundred on, otherwise with one decimal.
    package static func rate(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return fixed(value, 0) }
        return value < 99.95 ? fixed(value, 1) : integer(Int(value.rounded()))
    }

    /// Formats seconds as "0.8 s", "42 s", "3 min 04 s" or "2 h 05 min".
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e12 else { return "?" }
        if seconds < 9.95 { return fixed(max(0, seconds), 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
        let minutes = (whole + 30) / 60
        return "\(integer(minutes / 60)) h \(twoDigits(minutes % 60)) min"
    }

    /// Formats a setting as a user would type it: "0.001", "1e-08", "1".
    package static func setting(_ value: Double) -> String {
        let text = String(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Formats a shape: [28, 28] is "28x28".
    package static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }

    /// Formats a count with its noun: "1 row", "2,000 rows". The plural is by default the singular with an "s".
    package static func count(_ value: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(integer(value)) \(value == 1 ? singular : plural ?? singular + "s")"
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
