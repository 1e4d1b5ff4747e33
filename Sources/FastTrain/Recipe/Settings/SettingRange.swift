/// The values that a setting may have, whatever the other settings are.
struct SettingRange<Value>: Sendable {
    /// The difference between what a check expects and what it found, in the words of an error message.
    typealias Mismatch = (expected: String, found: String)

    /// The range in words, such as "from 0 to below 1"; empty if the type says it all.
    let text: String
    /// Returns the mismatch of a value that is outside the range, or `nil`.
    let mismatch: @Sendable (Value) -> Mismatch?

    /// Creates a range from its description and its check.
    init(_ text: String, mismatch: @escaping @Sendable (Value) -> Mismatch?) {
        self.text = text
        self.mismatch = mismatch
    }

    /// Every value of the type.
    static var any: SettingRange { SettingRange("") { _ in nil } }

    /// This range for each element of a list.
    var each: SettingRange<[Value]> {
        SettingRange<[Value]>(text.isEmpty ? "" : "each \(text)") { values in
            values.lazy.compactMap(mismatch).first
        }
    }

    /// This range for a value that may be `nil`.
    var optional: SettingRange<Value?> { SettingRange<Value?>(text) { value in value.flatMap(mismatch) } }
}

extension SettingRange<Int> {
    /// The whole numbers of a closed range.
    static func integers(_ range: ClosedRange<Int>) -> SettingRange {
        let text = "from \(range.lowerBound) to \(range.upperBound)"
        return SettingRange(text) { range.contains($0) ? nil : ("a number \(text)", "\($0)") }
    }
}

extension SettingRange<Double> {
    /// The finite numbers that pass a check. NaN passes none, because all comparisons with it are false.
    private init(_ text: String, _ isInside: @escaping @Sendable (Double) -> Bool) {
        self.init(text) { isInside($0) && $0.isFinite ? nil : ("a number \(text)", "\($0)") }
    }

    /// The numbers from 0 up to, but not including, 1.
    static var share: SettingRange { SettingRange("from 0 to below 1") { $0 >= 0 && $0 < 1 } }

    /// The numbers between 0 and 1, without both.
    static var openShare: SettingRange { SettingRange("above 0, below 1") { $0 > 0 && $0 < 1 } }

    /// The numbers above 0, up to and including 1.
    static var factor: SettingRange { SettingRange("above 0, at most 1") { $0 > 0 && $0 <= 1 } }

    /// The numbers of a closed range.
    static func numbers(_ range: ClosedRange<Double>) -> SettingRange {
        SettingRange("from \(Format.setting(range.lowerBound)) to \(Format.setting(range.upperBound))") {
            range.contains($0)
        }
    }

    /// The numbers from 0 on that double precision holds.
    static var notNegative: SettingRange { SettingRange("of at least 0") { $0 >= 0 } }

    /// The numbers from 0 on that single precision holds.
    static var notNegativeFloat: SettingRange {
        SettingRange(notNegative.text) { (value: Double) -> Mismatch? in
            notNegative.mismatch(value) ?? tooLarge(value)
        }
    }

    /// The numbers above 0 that single precision holds. The engine treats subnormal numbers as 0, so they are outside.
    static var positive: SettingRange {
        SettingRange("above 0") { (value: Double) -> Mismatch? in
            guard value > 0, value.isFinite else { return ("a number above 0", "\(value)") }
            guard Float(value) >= .leastNormalMagnitude else {
                return ("a number of at least 1.2e-38, as less counts as zero", "\(value)")
            }
            return tooLarge(value)
        }
    }

    private static func tooLarge(_ value: Double) -> Mismatch? {
        Float(value).isFinite ? nil : ("a number of at most 3.4e38", "\(value)")
    }
}
