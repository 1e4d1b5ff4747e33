import KernelTypes
import Testing
import _TestSupport

@Suite struct GatherTests {
    @Test(arguments: [1, 3, 15, 16, 17, 32, 33, 784])
    func rowsAreGatheredAndScaled(width: Int) {
        var random = TestRandom(41)
        let source = (0..<6 * width).map { _ in UInt8(truncatingIfNeeded: random.next() >> 20) }
        let indices: [Int32] = [5, 0, 3]
        let scale: Float = 1.0 / 255
        let expected = indices.flatMap { index in (0..<width).map { Float(source[Int(index) * width + $0]) * scale } }
        let floats = source.map { Float($0) - 100 }
        for kernels in supportedKernels() {
            let bytes = Panels(rows: 3, width: width, panelWidth: kernels.panelWidth)
            defer { extendLifetime(bytes) }
            kernels.gatherBytes(source, scale: scale, indices: indices, to: bytes.matrix, rows: 0..<3)
            #expect(bits(bytes.values) == bits(expected))
            let values = Panels(rows: 3, width: width, panelWidth: kernels.panelWidth)
            defer { extendLifetime(values) }
            kernels.gatherFloats(floats, indices: indices, to: values.matrix, rows: 1..<3)
            for column in 0..<width {
                #expect(values[0, column] == 7)
                #expect(values[1, column] == floats[column] && values[2, column] == floats[3 * width + column])
            }
        }
    }

    @Test(arguments: [(1, 1), (16, 16), (20, 5), (32, 32), (40, 16)])
    func blocksAreTransposed(inputs: Int, outputs: Int) {
        var random = TestRandom(42)
        for kernels in supportedKernels() where outputs <= kernels.panelWidth {
            let width = kernels.panelWidth
            let block = Slice(random.floats(inputs * width))
            let stride = outputs * width
            let target = Slice([Float](repeating: 7, count: (inputs + width - 1) / width * stride))
            defer { extendLifetime((block, target)) }
            kernels.transposeBlock(block.base, inputs: inputs, outputs: outputs, to: target.base, panelStride: stride)
            for i in 0..<inputs {
                for o in 0..<outputs {
                    #expect(target.base[i / width * stride + o * width + i % width] == block.base[i * width + o])
                }
            }
        }
    }
}
