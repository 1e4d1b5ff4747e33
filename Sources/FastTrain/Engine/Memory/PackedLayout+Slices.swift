extension PackedLayout {
    /// Consecutive numbers of the layout.
    struct Slice {
        /// The position of the first number.
        let offset: Int
        /// The number of numbers, a multiple of the panel width.
        let count: Int
        let kind: Kind

        /// The kinds of numbers.
        enum Kind {
            /// The weights of one panel; the value is its index within the block.
            case weights(Int)
            case biases, scale, shift
        }

        /// Whether the numbers are weights, as opposed to biases and normalizations.
        var areWeights: Bool { if case .weights = kind { true } else { false } }
    }

    /// Calls `body` with each slice of the numbers that a block stands for: its weights and, if it has its layer's first
    /// inputs, the biases, scales and shifts of its outputs.
    func forEachSlice(of block: GradientPlan.Block, _ body: (Slice) -> Void) {
        let layer = layers[block.layer]
        for (index, panel) in block.panels.enumerated() {
            body(
                Slice(
                    offset: layer.offset(panel: panel, input: block.inputs.lowerBound, panelWidth),
                    count: block.inputs.count * panelWidth, kind: .weights(index)))
        }
        guard block.inputs.lowerBound == 0 else { return }
        let (first, count) = (block.panels.lowerBound * panelWidth, block.panels.count * panelWidth)
        body(Slice(offset: layer.biases + first, count: count, kind: .biases))
        guard let offsets = layer.normalization else { return }
        body(Slice(offset: offsets.scale + first, count: count, kind: .scale))
        body(Slice(offset: offsets.shift + first, count: count, kind: .shift))
    }

    /// Calls `body` with each slice of one kind in a part of a layer. The part and the slices are multiples of the panel
    /// width.
    func forEachSlice(of index: Int, in part: Range<Int>, _ body: (Slice) -> Void) {
        let layer = layers[index]
        var kinds: [(first: Int, kind: Slice.Kind)] = [(layer.weights, .weights(0)), (layer.biases, .biases)]
        if let offsets = layer.normalization { kinds += [(offsets.scale, .scale), (offsets.shift, .shift)] }
        for (place, kind) in kinds.enumerated() {
            let end = place + 1 < kinds.count ? kinds[place + 1].first : layer.end
            let range = (kind.first..<end).clamped(to: part)
            if !range.isEmpty { body(Slice(offset: range.lowerBound, count: range.count, kind: kind.kind)) }
        }
    }
}
