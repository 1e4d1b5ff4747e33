import KernelTypes

/// The packed layout cut into pieces, for sums over all numbers of a network that depend neither on the number of threads
/// nor on the panel width.
///
/// A piece consists of at most 256 inputs of one panel of weights, or of one panel of biases, scales or shifts. Each unit
/// of a piece has a sum over the piece's rows (`columnProducts`). These sums are added up in Double: layer by layer, within
/// a layer by inputs, within the same inputs unit by unit. The padding adds zeros.
struct PackedPieces: Sendable {
    struct Piece: Sendable {
        let offset: Int
        /// The number of rows of `panelWidth` numbers.
        let rows: Int
        /// The position of the sums of its units.
        let sums: Int
    }

    /// The pieces in the order of the layout.
    let pieces: [Piece]
    /// The number of sums of all pieces.
    let sumCount: Int
    /// The pieces of each thread, an even share of the numbers.
    private let shares: [Range<Int>]
    private let kernels: KernelTable

    /// The largest number of rows of a piece: 32 KiB if a panel is 32 wide.
    static let rows = 256

    init(_ layout: PackedLayout, threads: Int, kernels: KernelTable) {
        var pieces: [Piece] = []
        var sums = 0
        let width = layout.panelWidth
        for layer in layout.layers {
            let padded = layer.panels * width
            for panel in 0..<layer.panels {
                for (index, first) in stride(from: 0, to: layer.inputs, by: PackedPieces.rows).enumerated() {
                    pieces.append(
                        Piece(
                            offset: layer.weights + panel * layer.panelStride + first * width,
                            rows: min(PackedPieces.rows, layer.inputs - first),
                            sums: sums + index * padded + panel * width))
                }
            }
            sums += (layer.inputs + PackedPieces.rows - 1) / PackedPieces.rows * padded
            let vectors = [layer.biases] + (layer.normalization.map { [$0.scale, $0.shift] } ?? [])
            for offset in vectors {
                pieces += (0..<layer.panels).map {
                    Piece(offset: offset + $0 * width, rows: 1, sums: sums + $0 * width)
                }
                sums += padded
            }
        }
        self.pieces = pieces
        sumCount = sums
        shares = GradientPlan.evenShares(pieces.map { Double($0.rows) }, threads: threads)
        self.kernels = kernels
    }

    /// Returns a thread's part of the layout.
    func numbers(rank: Int) -> Range<Int> {
        let share = pieces[shares[rank]]
        guard let first = share.first, let last = share.last else { return 0..<0 }
        return first.offset..<last.offset + last.rows * kernels.panelWidth
    }

    /// Computes a thread's part of the sums of the products a · b.
    func products(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sums: Buffer<Float>, rank: Int) {
        products(a, b, into: sums, of: shares[rank])
    }

    /// Computes the sums of the products a · b of some pieces.
    func products(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sums: Buffer<Float>, of range: Range<Int>
    ) {
        for piece in pieces[range] {
            kernels.columnProducts(a + piece.offset, b + piece.offset, rows: piece.rows, into: sums.base + piece.sums)
        }
    }

    /// Returns the total of all threads' sums. Every thread may call it and gets the same result.
    func total(_ sums: Buffer<Float>) -> Double {
        var total = 0.0
        for index in 0..<sumCount { total += Double(sums.base[index]) }
        return total
    }
}
