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

    /// The default number of threads.
    @Test func theTightestLimitCounts() {
        func expect(_ count: Int, _ limit: String, affinity: Int = 16, quota: Double?) {
            let cpus = CPUs.usable(machine: 16, affinity: affinity, quota: quota)
            #expect(cpus == CPUs(count: count, machine: 16, limit: limit), "\(affinity), \(quota ?? -1)")
        }
        expect(16, "", quota: nil)
        expect(16, "", affinity: 0, quota: nil)
        expect(2, "cpu.max", quota: 2)
        expect(2, "cpu.max", quota: 1.5)
        expect(1, "cpu.max", quota: 0.1)
        expect(16, "", quota: 40)
        expect(4, "affinity", affinity: 4, quota: 8)
        expect(3, "cpu.max", affinity: 4, quota: 3)
    }

    @Test func thereIsAtLeastOne() {
        let cpus = CPUs.usable()
        #expect(cpus.count >= 1 && cpus.count <= cpus.machine)
    }
}
