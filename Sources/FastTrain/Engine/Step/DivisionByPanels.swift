import KernelTypes

/// The rule by which the first layers of a network are divided by panels instead of rows.
///
/// A member then makes some panels of a layer's outputs for all rows of the minibatch. It is also the member that updates
/// these panels, so their weights never leave its caches. The price is a barrier before and after the layer.
enum DivisionByPanels {
    /// The largest number of weights of the second layer, for each member, for which that layer is divided by panels:
    /// 1 MiB, half of a second-level cache or all of it; more would not stay there anyway. On Emerald Rapids, dividing the
    /// second layer of `mnist-medium` gains 11%.
    static let maxWeights = 1 << 18

    /// Returns how many layers, counted from the first, are divided by panels: none, one or two.
    ///
    /// The first layer is if there is a block of lists for each member. The second is too if its weights are few, and if
    /// ReLU precedes it, so that it reads its input as lists. A network with a normalization has no such layers, and a
    /// team of one member needs none.
    static func layers(of network: Network, recipe: Recipe, threads: Int, kernels: KernelTable) -> Int {
        let most = maxLayers(of: network, threads: threads)
        guard most == 2, recipe.activations.first == .relu,
            network.widths[1] * network.widths[2] <= maxWeights * threads
        else { return min(most, 1) }
        return 2
    }

    /// Returns how many layers, counted from the first, can be divided by panels so that each member has a block of lists:
    /// none, one or two.
    static func maxLayers(of network: Network, threads: Int) -> Int {
        func hasBlocks(_ width: Int) -> Bool { threads > 1 && width >= SparsePlan.blockWidth * threads }
        guard network.normalization == .none, hasBlocks(network.widths[1]) else { return 0 }
        return network.layerCount > 2 && hasBlocks(network.widths[2]) ? 2 : 1
    }

    /// Returns the columns of a matrix that the member of a rank makes: whole blocks of lists, as even a share as these
    /// allow.
    static func columns(of width: Int, rank: Int, threads: Int) -> Range<Int> {
        let block = SparsePlan.blockWidth
        let share = TeamMember.share(of: (width + block - 1) / block, rank: rank, size: threads)
        return min(share.lowerBound * block, width)..<min(share.upperBound * block, width)
    }

    /// Returns the panels of a matrix that each member makes, by rank.
    static func panels(of width: Int, threads: Int, kernels: KernelTable) -> [Range<Int>] {
        (0..<threads).map { columns(of: width, rank: $0, threads: threads).panels(width: kernels.panelWidth) }
    }

    /// Returns the largest number of panels that a member makes.
    static func maxPanels(of width: Int, threads: Int, kernels: KernelTable) -> Int {
        panels(of: width, threads: threads, kernels: kernels).reduce(0) { max($0, $1.count) }
    }
}

extension Range<Int> {
    /// Returns the panels that columns lie in; the lower bound is the first column of a panel.
    func panels(width: Int) -> Range<Int> { lowerBound / width..<(upperBound + width - 1) / width }
}
