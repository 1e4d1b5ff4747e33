import KernelDispatch
import KernelTypes
import Testing

@testable import FastTrain

/// Every parameter has one owner, and pieces of the norm are not cut.
@Suite struct SliceOwnersTests {
    @Test(arguments: [1, 2, 3, 5, 16]) func slicesCoverTheLayersWithoutOverlap(processes: Int) throws {
        let kernels = InstructionSet.scalar.kernels
        let network = Network(inputs: 300, hidden: [70, 9], outputs: 3, normalization: .batch)
        let layout = PackedLayout(network, panelWidth: kernels.panelWidth)
        let pieces = PackedPieces(layout, threads: 1, kernels: kernels)
        let owners = SliceOwners(layout, pieces: pieces, processes: processes, panelWidth: kernels.panelWidth)
        #expect(owners.slices.count == layout.layers.count)
        for (layer, (slices, ranges)) in zip(layout.layers, zip(owners.slices, owners.pieces)) {
            #expect(slices.count == processes)
            var next = layer.weights
            for (slice, range) in zip(slices, ranges) where !slice.isEmpty {
                #expect(slice.lowerBound == next)
                #expect(slice.lowerBound % kernels.panelWidth == 0)
                #expect(pieces.pieces[range.lowerBound].offset == slice.lowerBound)
                next = slice.upperBound
            }
            #expect(next == layer.end)
        }
        #expect(layout.layers.last?.end == layout.count)
    }
}
