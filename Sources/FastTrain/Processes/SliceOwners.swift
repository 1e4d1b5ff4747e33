/// The slice of each layer's parameters that each process owns: it adds up their gradients and updates them, and it alone
/// has the optimizer's memory of them.
///
/// A slice consists of whole pieces (`PackedPieces`), because the norm of the gradient is a sum over pieces.
struct SliceOwners: Sendable {
    /// The pieces of each layer that each process owns, by layer and rank.
    let pieces: [[Range<Int>]]
    /// The same slices as positions in the packed layout.
    let slices: [[Range<Int>]]

    /// Divides the parameters of each layer evenly.
    init(_ layout: PackedLayout, pieces all: PackedPieces, processes: Int, panelWidth: Int) {
        var next = 0
        var owned: [[Range<Int>]] = []
        for layer in layout.layers {
            let end = all.pieces[next...].firstIndex { $0.offset >= layer.end } ?? all.pieces.count
            let first = next
            owned.append(
                GradientPlan.evenShares(all.pieces[first..<end].map { Double($0.rows) }, threads: processes).map {
                    first + $0.lowerBound..<first + $0.upperBound
                })
            next = end
        }
        pieces = owned
        slices = zip(layout.layers, owned).map { layer, ranges in
            ranges.map { range in
                guard let last = all.pieces[range].last else { return layer.end..<layer.end }
                return all.pieces[range.lowerBound].offset..<last.offset + last.rows * panelWidth
            }
        }
    }
}
