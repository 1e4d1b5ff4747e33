import KernelTypes

@testable import FastTrain

extension Recipe {
    /// Sets the precision and the order of matrix products.
    mutating func multiply(in products: KernelPrecision) {
        precision = products.isPaired ? .bf16 : .f32
        accumulation =
            switch products {
            case .f32: nil
            case .bf16: .pairs
            case .bf16Tiles: .tiles
            }
    }
}
