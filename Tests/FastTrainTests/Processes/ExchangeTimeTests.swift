import Testing

@testable import FastTrain

/// The share of waiting and the imbalance of several processes.
@Suite struct ExchangeTimeTests {
    @Test func noStepMeansNoLoad() {
        var time = ExchangeTime()
        #expect(time.load == nil)
        time.count(now: 1, waited: [0, 0])
        #expect(time.load == nil)
    }

    @Test func waitingAndTheBusiestProcess() {
        var time = ExchangeTime()
        // The seconds that were waited before the first step do not count.
        time.count(now: 10, waited: [5, 7])
        time.count(now: 14, waited: [6, 10])
        // In 4 s the first process computes for 3 s and the second one for 1 s.
        #expect(time.load == ExchangeLoad(share: 0.5, imbalance: 0.5))
        #expect(time.seconds == 4)
    }

    @Test func pausesAreNotCounted() {
        var time = ExchangeTime()
        time.count(now: 0, waited: [0, 0])
        time.count(now: 1, waited: [0.5, 0.5])
        time.pause()
        time.count(now: 100, waited: [90, 90])
        time.count(now: 101, waited: [90.5, 90.5])
        #expect(time.seconds == 2)
        #expect(time.load == ExchangeLoad(share: 0.5, imbalance: 0))
    }

    @Test func timesOfEpochsAddUp() {
        var (first, second, sum) = (ExchangeTime(), ExchangeTime(), ExchangeTime())
        first.count(now: 0, waited: [0, 0])
        first.count(now: 1, waited: [1, 1])
        second.count(now: 5, waited: [3, 3])
        second.count(now: 8, waited: [3, 6])
        sum.add(first)
        sum.add(second)
        #expect(sum.seconds == 4)
        #expect(sum.load == ExchangeLoad(share: 0.625, imbalance: 1))
    }

    @Test func aProcessThatOnlyWaits() {
        var time = ExchangeTime()
        time.count(now: 0, waited: [0])
        time.count(now: 1, waited: [1.5])
        #expect(time.load == ExchangeLoad(share: 1, imbalance: 0))
    }
}
