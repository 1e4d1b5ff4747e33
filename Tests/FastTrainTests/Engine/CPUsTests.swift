import Testing

@testable import FastTrain

@Suite struct CPUsTests {
    @Test func quotaIsReadFromTheControlGroup() {
        #expect(CPUs.parseMax("max 100000\n") == nil)
        #expect(CPUs.parseMax("200000 100000\n") == 2)
        #expect(CPUs.parseMax("150000 100000") == 1.5)
        #expect(CPUs.parseMax("-1 100000") == nil)
        #expect(CPUs.parseMax("") == nil)
    }

    @Test func thereIsAtLeastOne() {
        let cpus = CPUs.usable()
        #expect(cpus.count >= 1 && cpus.count <= cpus.machine)
    }
}
