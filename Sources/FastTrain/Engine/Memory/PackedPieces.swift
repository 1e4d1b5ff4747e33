import KernelDispatch

/// The packed layout cut into pieces, for sums over all numbers of a network that neither the number of threads nor the
/// panel's width change.
///
/// A piece is at most 256 inputs of one panel of weights, or a panel of biases, scales or shifts. Of each of its units there
/// is a sum over the piece's rows (`columnProducts`); these are added up in Double: layer by layer, in it piece by piece of
/// the inputs, in it unit by unit. Padding adds zeros.
struct PackedPieces: Sendable {
    struct Piece: Sendable {
        let offset: Int
        /// Of panelWidth numbers.
        let rows: Int
        /// Where the sums of its units go.
        let sums: Int
    }

    /// As they lie in memory.
    let pieces: [Piece]
    /// How many sums all pieces have.
    let sumCount: Int
    /// Of each thread, by the numbers in them.
    private let shares: [Range<Int>]
    private let kernels: KernelTable

    /// Rows of weights in a piece: 32 KiB of a panel 32 wide.
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

    /// A thread's part of the layout.
    func numbers(rank: Int) -> Range<Int> {
        let share = pieces[shares[rank]]
        guard let first = share.first, let last = share.last else { return 0..<0 }
        return first.offset..<last.offset + last.rows * kernels.panelWidth
    }

    /// A thread's part of the sums of a · b, all of the layout.
    func products(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sums: Buffer<Float>, rank: Int) {
        for piece in pieces[shares[rank]] {
            kernels.columnProducts(a + piece.offset, b + piece.offset, piece.rows, sums.base + piece.sums)
        }
    }

    /// Adds up what all threads' parts are; every thread may call it, and gets the same.
    func total(_ sums: Buffer<Float>) -> Double {
        var total = 0.0
        for index in 0..<sumCount { total += Double(sums.base[index]) }
        return total
    }
}
