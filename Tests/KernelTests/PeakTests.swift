import KernelTypes
import Testing
import _TestSupport

@Suite struct PeakTests {
    @Test(arguments: [128, 1024])
    func sumTakesEachNumberOnce(count: Int) {
        for kernels in supportedKernels() {
            let values = Slice((0..<count).map(Float.init))
            #expect(kernels.sum(values.base, count: count) == Float(count * (count - 1) / 2))
            extendLifetime(values)
        }
    }
}
