import KernelTypes

/// The objective of a full-batch optimizer with its gradient, and the vector operations that the optimizer is made of:
///
///     f(w) = mean loss of all training rows + λ/2 ‖w‖²
///
/// λ is the weight decay. Rows pass through the engine `rowsAtOnce` at a time, each such minibatch divided into shards, and
/// the gradients of the minibatches are added in their order. The result therefore does not depend on the number of
/// threads.
///
/// The whole team calls each function with the same arguments, and every member gets the same numbers.
struct FullBatch: Sendable {
    let engine: StepEngine
    /// The gradient at the parameters of the last evaluation.
    let gradient: PackedParameters
    private let split: DataSplit
    private let rows: Buffer<Int32>
    /// The sum of the weights of all rows.
    private let weight: Double
    /// The factors of the decay in the gradient: of the weights, which alpha's penalty includes, and of all other parameters.
    private let decays: (weights: Double, others: Double)
    private let pieces: PackedPieces
    /// The sums of each member, which computes all products for itself; `nil` if the members share the work.
    private let own: [Buffer<Float>]?
    /// The sums of a product that the members share, and those of the next one.
    private let shared: [Buffer<Float>]
    private let magnitudes: Buffer<Float>

    /// The number of rows that pass through the engine together: some tens for each of 16 threads. The result depends on it.
    static let rowsAtOnce = 1024

    /// The size of a network up to which each member computes with whole vectors in memory of its own, instead of waiting
    /// for the others some 25 times an iteration. A product of this many numbers takes 5 µs from second-level cache; a
    /// barrier takes 1 µs on a quiet machine, and as long as a time slice when other programs use the CPUs.
    static let maxCopiedParameters = 1 << 16

    /// Creates the objective of a recipe over some rows of a split.
    init(engine: StepEngine, split: DataSplit, rows: [Int32], recipe: Recipe, threads: Int) {
        self.engine = engine
        self.split = split
        self.rows = Buffer(count: rows.count)
        self.rows.base.update(from: rows, count: rows.count)
        weight = engine.weightSum(self.rows.base, count: rows.count)
        decays = (
            recipe.weightDecay + Double(engine.penalty?.decay(weight) ?? 0), recipe.weightDecay
        )
        let layout = engine.forward.parameters.layout
        gradient = PackedParameters(layout)
        let isSmall = layout.count <= Self.maxCopiedParameters
        let pieces = PackedPieces(layout, threads: isSmall ? 1 : threads, kernels: engine.kernels)
        self.pieces = pieces
        own = isSmall ? (0..<threads).map { _ in Buffer(count: pieces.sumCount) } : nil
        shared = isSmall ? [] : (0..<2).map { _ in Buffer(count: pieces.sumCount) }
        magnitudes = Buffer(count: threads)
    }

    /// A member's own state from call to call.
    struct Turn {
        /// Whether the next product uses the second set of shared sums.
        fileprivate var isSecond = false
    }

    /// The result of an evaluation.
    struct Value {
        /// The sum of the losses of all rows and of alpha's penalty.
        var lossSum: Double
        /// f(w): the mean loss and the penalty of the weight decay.
        var objective: Double
    }

    /// The number of copies of a vector that the members need: one, or one each.
    var roomsForEach: Int { own?.count ?? 1 }

    /// Returns the index of a member's copy.
    func room(_ member: TeamMember) -> Int { own == nil ? 0 : member.rank }

    // MARK: - Evaluation

    /// Evaluates the objective at the current parameters, and computes its gradient.
    ///
    /// - Throws: What the barriers throw if another member failed.
    func evaluate(_ turn: inout Turn, member: TeamMember) throws(FastTrainError) -> Value {
        var lossSum = 0.0
        for first in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
            let count = min(Self.rowsAtOnce, rows.count - first)
            try engine.forwardBackward(
                split, indices: rows.base + first, of: count, ofTotal: weight, step: 0, member: member)
            try member.barrier()
            if let exchange = engine.exchange { try shareLosses(exchange, count: count, member: member) }
            lossSum += engine.lossSum(count: count)
            try addGradient(count: count, isFirst: first == 0, isLast: first + count == rows.count, member: member)
            try member.barrier()
        }
        lossSum += engine.penalty?.sum ?? 0
        let parameters = engine.forward.parameters
        let square = decays.others > 0 ? try product(parameters, parameters, &turn, member: member) : 0
        return Value(lossSum: lossSum, objective: lossSum / weight + decays.others / 2 * square)
    }

    /// Makes the losses of a minibatch's shards known to all processes and members.
    private func shareLosses(
        _ exchange: GradientExchange, count: Int, member: TeamMember
    ) throws(FastTrainError) {
        if member.rank == 0 {
            let minibatch = engine.minibatch(count)
            try exchange.beginLosses(wantsToStop: false) { engine.lossSum($0, of: minibatch) }
            try exchange.endLosses()
        }
        try member.barrier()
    }

    /// Adds the gradient of a minibatch to that of the minibatches before it; the last one adds the decay.
    private func addGradient(
        count: Int, isFirst: Bool, isLast: Bool, member: TeamMember
    ) throws(FastTrainError) {
        let (kernels, parameters) = (engine.kernels, engine.forward.parameters)
        let step = engine.memberStep(count: count, member: member)
        func add(_ part: UnsafeMutablePointer<Float>, _ slice: PackedLayout.Slice) {
            let sum = gradient.base + slice.offset
            if isFirst {
                sum.update(from: part, count: slice.count)
            } else {
                kernels.combine(sum, sum, part, factor: 1, count: slice.count)
            }
            let decay = slice.areWeights ? decays.weights : decays.others
            if isLast && decay > 0 {
                kernels.combine(sum, sum, parameters.base + slice.offset, factor: Float(decay), count: slice.count)
            }
        }
        guard let exchange = engine.exchange else {
            for block in engine.blocks.shares[member.rank] {
                engine.makeGradient(of: block, step)
                engine.forEachGradient(of: block, step, add)
            }
            return
        }
        try engine.makeGradients(exchange, step, take: add) { layer throws(FastTrainError) in
            if isLast { try exchange.beginGather(layer, of: gradient) }
        }
        guard isLast, member.rank == 0 else { return }
        for layer in exchange.order { try exchange.endGather(layer) }
    }

    /// Sets the parameters to origin + factor · direction, in all forms in which the engine keeps them.
    func move(
        from origin: PackedParameters, along direction: PackedParameters, _ factor: Double, member: TeamMember
    ) throws(FastTrainError) {
        // Wait until no member reads the old parameters. Shared products have barriers of their own.
        if own != nil { try member.barrier() }
        let parameters = engine.forward.parameters
        for block in engine.blocks.shares[member.rank] {
            parameters.layout.forEachSlice(of: block) { slice in
                engine.kernels.combine(
                    parameters.base + slice.offset, origin.base + slice.offset, direction.base + slice.offset,
                    factor: Float(factor), count: slice.count)
            }
            engine.transposed.refresh(parameters, block)
        }
        try member.barrier()
    }

    // MARK: - Vectors

    /// Returns the product a · b.
    func product(
        _ a: PackedParameters, _ b: PackedParameters, _ turn: inout Turn, member: TeamMember
    ) throws(FastTrainError) -> Double {
        if let own {
            pieces.products(a.base, b.base, into: own[member.rank], rank: 0)
            return pieces.total(own[member.rank])
        }
        // A member may still add up these sums while another computes the next product, but not the one after that.
        let sums = shared[turn.isSecond ? 1 : 0]
        turn.isSecond.toggle()
        pieces.products(a.base, b.base, into: sums, rank: member.rank)
        try member.barrier()
        return pieces.total(sums)
    }

    /// Returns the largest magnitude of an element of the gradient, NaN if an element is NaN.
    func largestSlope(member: TeamMember) throws(FastTrainError) -> Double {
        var most: Float = 0
        for index in part(of: member) {
            let magnitude = gradient.base[index].magnitude
            // NaN is kept.
            if magnitude > most || magnitude.isNaN { most = magnitude }
        }
        if own != nil { return Double(most) }
        magnitudes.base[member.rank] = most
        try member.barrier()
        most = 0
        for rank in 0..<member.size {
            let magnitude = magnitudes.base[rank]
            if magnitude > most || magnitude.isNaN { most = magnitude }
        }
        // All members have read the magnitudes before any of them writes the next ones.
        try member.barrier()
        return Double(most)
    }

    /// Returns the part of a vector that a member computes: its share, or all of its own copy.
    private func part(of member: TeamMember) -> Range<Int> { pieces.numbers(rank: own == nil ? member.rank : 0) }

    /// Sets the member's part of `target` to a + factor · b.
    func combine(
        _ target: PackedParameters, _ a: PackedParameters, _ b: PackedParameters, _ factor: Double, member: TeamMember
    ) {
        let part = part(of: member)
        let offset = part.lowerBound
        engine.kernels.combine(
            target.base + offset, a.base + offset, b.base + offset, factor: Float(factor), count: part.count)
    }

    /// Copies the member's part of `source` to `target`.
    func copy(_ source: PackedParameters, to target: PackedParameters, member: TeamMember) {
        let part = part(of: member)
        (target.base + part.lowerBound).update(from: source.base + part.lowerBound, count: part.count)
    }

    /// Multiplies the member's part of a vector by a factor.
    func scale(_ values: PackedParameters, by factor: Double, member: TeamMember) {
        let part = part(of: member)
        let base = values.base + part.lowerBound
        engine.kernels.adjustGradient(
            gradient: base, weights: base, count: part.count, GradientAdjustment(scale: Float(factor)))
    }
}
