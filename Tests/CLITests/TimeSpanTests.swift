import Testing

@testable import FastTrainCLI

struct TimeSpanTests {
    @Test func units() {
        #expect(TimeSpan(argument: "90s")?.seconds == 90)
        #expect(TimeSpan(argument: "10m")?.seconds == 600)
        #expect(TimeSpan(argument: "1.5h")?.seconds == 5400)
        #expect(TimeSpan(argument: "0.25")?.seconds == 0.25)
        for wrong in ["", "s", "0", "-1", "1d", "nan", "inf", "1 m", "1e999"] {
            #expect(TimeSpan(argument: wrong) == nil, "\(wrong)")
        }
    }
}
