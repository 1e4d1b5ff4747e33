import Testing

@testable import FastTrainSupport

/// Numbers formatted for people.
struct FormatTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (60_000, "60,000"), (235_146, "235,146"),
        (1_234_567, "1,234,567"), (-1000, "-1,000"), (-1_234_567, "-1,234,567"),
        (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func integer(value: Int, text: String) {
        #expect(Format.integer(value) == text)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.06, 1, "0.1"), (99.96, 1, "100.0"), (-0.04, 1, "0.0"),
        (-1.25, 2, "-1.25"), (12.5, 0, "12"), (1e300, 2, "1e+300"), (.infinity, 2, "inf"), (.nan, 2, "nan"),
    ])
    func fixed(value: Double, decimals: Int, text: String) {
        #expect(Format.fixed(value, decimals) == text)
    }

    @Test(arguments: [
        (0.0, "0.0000"), (0.123456, "0.1235"), (0.001, "0.0010"), (0.00012345, "1.234e-4"), (99_999.9, "99999.9000"),
        (123_456_789.0, "1.235e8"), (0.00099999, "1.000e-3"), (-0.0005, "-5.000e-4"), (.nan, "nan"),
    ])
    func loss(value: Double, text: String) {
        #expect(Format.loss(value) == text)
    }

    @Test(arguments: [
        (0.0, "0.0 s"), (0.84, "0.8 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (184.0, "3 min 04 s"),
        (3599.7, "1 h 00 min"), (7500.0, "2 h 05 min"), (-1.0, "0.0 s"), (.infinity, "?"), (.nan, "?"),
    ])
    func duration(seconds: Double, text: String) {
        #expect(Format.duration(seconds) == text)
    }

    @Test(arguments: [(0.0, "0.0"), (99.94, "99.9"), (99.96, "100"), (412_345.6, "412,346"), (.infinity, "inf")])
    func rate(value: Double, text: String) {
        #expect(Format.rate(value) == text)
    }

    @Test func otherFormats() {
        #expect(Format.percent(0.958) == "95.80%")
        #expect(Format.setting(0.001) == "0.001")
        #expect(Format.setting(1e-8) == "1e-08")
        #expect(Format.setting(1) == "1")
        #expect(Format.shape([28, 28]) == "28x28")
        #expect(Format.count(1, "row") == "1 row")
        #expect(Format.count(2000, "class", "classes") == "2,000 classes")
    }
}
