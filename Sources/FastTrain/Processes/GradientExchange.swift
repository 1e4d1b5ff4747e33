import CThreadTeam
import KernelTypes

/// The exchange of gradients and parameters among the processes of a run.
///
/// Each process makes the gradient of its own shards and adds up the branches of the shards' tree that it has as a whole.
/// The owner of a slice of the parameters receives these sums, adds them in the rest of the tree, and updates the slice;
/// then all processes receive it. So the sums are those of one process, bit for bit, and each process sends every
/// parameter about twice in a step, which is the least that is possible.
///
/// `@unchecked Sendable`: the members of a team write disjoint parts of the memory, or with a barrier in between. Rank 0
/// of the team alone exchanges something.
final class GradientExchange: @unchecked Sendable {
    let group: ProcessGroup
    let tree: ShardTree
    /// The shards of this process.
    let ownShards: Range<Int>
    /// The first shards of the branches that this process adds up.
    let ownBranches: [Int]
    /// The order in which layers are exchanged, the largest first. What is exchanged last is waited for most.
    let order: [Int]
    let owners: SliceOwners
    /// The sums of this process's branches.
    let sums: [PackedParameters]
    /// The losses of each process's shards in the last minibatch, followed by its `wantsToStop` and `secondsWaited`: the
    /// numbers of process 0, then those of process 1 and so on.
    private let losses: Buffer<Double>
    private let lossParts: ProcessGroup.Parts
    /// The place of each shard's loss.
    private let lossPlaces: [Int]
    /// The sums over the rows of each branch for the columns of one layer, for batch normalization.
    private let columnSums: Buffer<Float>
    private let branches: [[Int]]
    private let nothing = Buffer<Float>(count: 1)
    private let rounds: [Round]
    /// The pieces of the layout that each process owns.
    private let ownedPieces: [[PackedPieces.Piece]]
    /// The squares of the gradient's pieces, owner by owner.
    private let squares: Buffer<Float>
    private let panelWidth: Int
    /// Pointers to the sums of a slice, one for each shard, for each thread.
    private let pointers: [Buffer<UnsafeMutablePointer<Float>?>]
    private var exchanges: [Int: [ProcessGroup.Operation]] = [:]
    private var gathers: [Int: ProcessGroup.Operation] = [:]
    private var lossGather: ProcessGroup.Operation?
    /// Whether a process wants to stop after the last minibatch.
    private(set) var isStopWanted = false

    /// One exchange for each layer: of each process's first branch, of its second one, and so on.
    private struct Round {
        /// The numbers that this process has received, layer by layer.
        let received: Buffer<Float>
        /// The part of each process in `received`, by layer.
        let receivedParts: [ProcessGroup.Parts]
        /// The part of this process's sums for each process, by layer.
        let sentParts: [ProcessGroup.Parts]
    }

    /// Allocates the memory of the exchange.
    ///
    /// - Parameters:
    ///   - group: The processes.
    ///   - shards: The number of shards.
    ///   - layout: The layout of the parameters.
    ///   - threads: The number of members of this process's team.
    ///   - kernels: The kernels, for sums over pieces.
    init(_ group: ProcessGroup, shards: Int, layout: PackedLayout, threads: Int, kernels: KernelTable) {
        self.group = group
        let tree = ShardTree(shards: shards, processes: group.size)
        self.tree = tree
        let ownShards = tree.shards(ofRank: group.rank)
        self.ownShards = ownShards
        let branches = (0..<group.size).map(tree.branches)
        self.branches = branches
        ownBranches = branches[group.rank]
        sums = ownBranches.map { _ in PackedParameters(layout) }
        panelWidth = layout.panelWidth
        let pieces = PackedPieces(layout, threads: 1, kernels: kernels)
        let owners = SliceOwners(layout, pieces: pieces, processes: group.size, panelWidth: layout.panelWidth)
        self.owners = owners
        order = layout.layers.indices.sorted { layout.layers[$0].count > layout.layers[$1].count }
        rounds = (0..<(branches.map(\.count).max() ?? 0)).map { round in
            GradientExchange.round(round, branches, owners, rank: group.rank)
        }
        lossParts = ProcessGroup.Parts(counts: (0..<group.size).map { 2 * (tree.shards(ofRank: $0).count + 2) })
        // Before the losses of rank r are two other numbers of each of r processes.
        lossPlaces = (0..<group.size).flatMap { rank in tree.shards(ofRank: rank).map { $0 + 2 * rank } }
        losses = Buffer(count: shards + 2 * group.size)
        let widest = layout.layers.map(\.panels).max() ?? 0
        columnSums = Buffer(count: branches.joined().count * widest * layout.panelWidth)
        ownedPieces = (0..<group.size).map { rank in owners.pieces.flatMap { pieces.pieces[$0[rank]] } }
        squares = Buffer(count: pieces.pieces.count * layout.panelWidth)
        pointers = (0..<threads).map { _ in Buffer(count: shards) }
    }

    private static func round(_ round: Int, _ branches: [[Int]], _ owners: SliceOwners, rank: Int) -> Round {
        func has(_ process: Int) -> Bool { branches[process].count > round }
        var next = 0
        let received = owners.slices.map { slices in
            var parts = ProcessGroup.Parts(
                counts: branches.indices.map { has($0) && $0 != rank ? slices[rank].count : 0 })
            for index in parts.positions.indices { parts.positions[index] += next }
            next = max(next, parts.end)
            return parts
        }
        let sent = owners.slices.map { slices in
            var parts = ProcessGroup.Parts(slices)
            for index in parts.counts.indices where index == rank || !has(rank) { parts.counts[index] = 0 }
            return parts
        }
        return Round(received: Buffer(count: next), receivedParts: received, sentParts: sent)
    }

    // MARK: - Gradients

    /// Stores the sums of this process's branches for a slice of the parameters.
    ///
    /// - Parameters:
    ///   - slice: The slice.
    ///   - gradient: Returns the gradient of a shard, given its place among this process's shards.
    func keep(_ slice: PackedLayout.Slice, _ gradient: (Int) -> UnsafePointer<Float>) {
        for (sum, branch) in zip(sums, ownBranches) {
            (sum.base + slice.offset).update(from: gradient(branch - ownShards.lowerBound), count: slice.count)
        }
    }

    /// Adds up this process's branches.
    ///
    /// - Parameters:
    ///   - gradients: The gradient of each of this process's shards. Those that begin a branch become its sum.
    ///   - count: The number of elements.
    func reduceOwn(_ gradients: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>, count: Int) {
        ft_reduce_own_shards(
            gradients, Int32(ownShards.lowerBound), Int32(ownShards.upperBound), Int32(tree.shards), count)
    }

    /// Begins to send the sums of a layer to the owners of its slices.
    func beginExchange(_ layer: Int) throws(FastTrainError) {
        var operations: [ProcessGroup.Operation] = []
        for (index, round) in rounds.enumerated() {
            // A process without such a branch sends nothing. Open MPI takes equal addresses for an exchange in place.
            let sent = sums.isEmpty ? nothing.base : sums[min(index, sums.count - 1)].base
            operations.append(
                try group.beginExchange(
                    sent, round.sentParts[layer], receive: round.received.base, round.receivedParts[layer]))
        }
        exchanges[layer] = operations
    }

    /// Waits for the sums of a layer.
    func endExchange(_ layer: Int) throws(FastTrainError) {
        for operation in exchanges.removeValue(forKey: layer) ?? [] { try group.wait(operation) }
    }

    /// Returns the gradient of a part of this process's slice of a layer, the sum over all shards, once its exchange has
    /// ended. It is valid until the next call by the same member.
    func gradient(_ layer: Int, _ part: Range<Int>, thread: Int) -> UnsafeMutablePointer<Float> {
        let pointers = pointers[thread].base
        pointers.update(repeating: nil, count: tree.shards)
        let start = owners.slices[layer][group.rank].lowerBound
        for (rank, branches) in branches.enumerated() {
            for (index, branch) in branches.enumerated() {
                pointers[branch] =
                    rank == group.rank
                    ? sums[index].base + part.lowerBound
                    : rounds[index].received.base + rounds[index].receivedParts[layer].positions[rank]
                        + part.lowerBound - start
            }
        }
        ft_all_reduce_slice(pointers, Int32(tree.shards), part.count)
        return pointers[0]!
    }

    /// Returns a member's part of this process's slice of a layer.
    func ownPart(_ layer: Int, of member: TeamMember) -> Range<Int> {
        let slice = owners.slices[layer][group.rank]
        let rows = member.share(of: slice.count / panelWidth)
        return slice.lowerBound + rows.lowerBound * panelWidth..<slice.lowerBound + rows.upperBound * panelWidth
    }

    // MARK: - Parameters

    /// Begins to make the slices of a layer known to all processes.
    func beginGather(_ layer: Int, of values: PackedParameters) throws(FastTrainError) {
        gathers[layer] = try group.beginGather(values.base, ProcessGroup.Parts(owners.slices[layer]))
    }

    /// Waits for the slices of a layer.
    func endGather(_ layer: Int) throws(FastTrainError) {
        if let gather = gathers.removeValue(forKey: layer) { try group.wait(gather) }
    }

    /// Returns all slices of a memory of the optimizer on rank 0, and `nil` elsewhere.
    func collect(_ values: PackedParameters) throws(FastTrainError) -> PackedParameters? {
        let all = group.isLead ? PackedParameters(values.layout) : nil
        for slices in owners.slices {
            try group.collect(values.base + slices[group.rank].lowerBound, into: all?.base, ProcessGroup.Parts(slices))
        }
        return all
    }

    /// Loads the slices of this process from numbers in the public layout.
    func load(_ values: PackedParameters, from parameters: Parameters) {
        let all = PackedParameters(values.layout)
        all.load(parameters)
        for slices in owners.slices {
            let slice = slices[group.rank]
            (values.base + slice.lowerBound).update(from: all.base + slice.lowerBound, count: slice.count)
        }
    }

    // MARK: - Losses

    /// Begins to make the losses of the shards known to all processes.
    ///
    /// - Parameters:
    ///   - wantsToStop: Whether this process has received a signal.
    ///   - loss: Returns the sum of the losses of one of this process's shards.
    func beginLosses(wantsToStop: Bool, _ loss: (Int) -> Double) throws(FastTrainError) {
        let own = losses.base + lossParts.positions[group.rank] / 2
        for (place, shard) in ownShards.enumerated() { own[place] = loss(shard) }
        own[ownShards.count] = wantsToStop ? 1 : 0
        own[ownShards.count + 1] = group.secondsWaited
        lossGather = try group.beginGather(losses.base, lossParts)
    }

    /// Waits for the losses of all shards.
    func endLosses() throws(FastTrainError) {
        if let lossGather { try group.wait(lossGather) }
        lossGather = nil
        isStopWanted = (0..<group.size).contains { lossNumbers(ofRank: $0)[0] != 0 }
    }

    /// The seconds that each process had waited at the last minibatch since it started, by rank.
    var secondsWaited: [Double] { (0..<group.size).map { lossNumbers(ofRank: $0)[1] } }

    /// The numbers that follow the losses of a process's shards.
    private func lossNumbers(ofRank rank: Int) -> UnsafeMutablePointer<Double> {
        losses.base + lossParts.positions[rank] / 2 + tree.shards(ofRank: rank).count
    }

    /// Returns the sum of the losses of a shard in the last minibatch.
    func loss(_ shard: Int) -> Double { losses.base[lossPlaces[shard]] }

    // MARK: - Sums of columns

    /// Stores the sums of some columns of a layer over the rows of this process's branches.
    ///
    /// - Parameters:
    ///   - columns: The columns.
    ///   - width: The number of columns of the layer, padded.
    ///   - sum: Returns the sums over a branch, given the place of its first shard among this process's shards.
    func keepColumns(_ columns: Range<Int>, of width: Int, _ sum: (Int) -> UnsafePointer<Float>) {
        let own = columnSums.base + firstBranch(group.rank) * width
        for (index, branch) in ownBranches.enumerated() {
            (own + index * width + columns.lowerBound)
                .update(from: sum(branch - ownShards.lowerBound), count: columns.count)
        }
    }

    /// Makes the sums of a layer's columns known to all processes.
    func gatherColumns(of width: Int) throws(FastTrainError) {
        try group.wait(
            try group.beginGather(columnSums.base, ProcessGroup.Parts(counts: branches.map { $0.count * width })))
    }

    /// Returns the sums of some columns over all rows of the minibatch. It is valid until the next `keepColumns`.
    func columns(_ columns: Range<Int>, of width: Int, thread: Int) -> UnsafePointer<Float> {
        let pointers = pointers[thread].base
        pointers.update(repeating: nil, count: tree.shards)
        for (index, branch) in branches.joined().enumerated() {
            pointers[branch] = columnSums.base + index * width + columns.lowerBound
        }
        ft_all_reduce_slice(pointers, Int32(tree.shards), columns.count)
        return UnsafePointer(pointers[0]!)
    }

    private func firstBranch(_ rank: Int) -> Int { branches[..<rank].reduce(0) { $0 + $1.count } }

    // MARK: - The norm

    /// Returns the pieces of the layout that a member measures: its share of those that this process owns.
    func ownPieces(of member: TeamMember) -> [Range<Int>] {
        owners.pieces.map { member.share(of: $0[group.rank]) }
    }

    /// Makes the sums of the pieces that each process has measured known to all.
    ///
    /// - Parameter sums: The sums of each piece, at `PackedPieces.Piece.sums`.
    func gatherSquares(_ sums: Buffer<Float>) throws(FastTrainError) {
        let parts = ProcessGroup.Parts(counts: ownedPieces.map { $0.count * panelWidth })
        for (index, piece) in ownedPieces[group.rank].enumerated() {
            (squares.base + parts.positions[group.rank] + index * panelWidth)
                .update(from: sums.base + piece.sums, count: panelWidth)
        }
        try group.wait(try group.beginGather(squares.base, parts))
        for (index, piece) in ownedPieces.joined().enumerated() {
            (sums.base + piece.sums).update(from: squares.base + index * panelWidth, count: panelWidth)
        }
    }
}
