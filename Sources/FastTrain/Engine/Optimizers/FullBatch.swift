import KernelTypes

/// The loss over all training rows and half the weight decay times the squared norm of the parameters, with the gradient of
/// that, in a fixed order: rows go through the engine so many at a time, as minibatches of so many shards, and their
/// gradients are added up in turn.
///
/// The whole team calls each function with the same arguments, and every member gets the same numbers.
struct FullBatch: Sendable {
    let engine: StepEngine
    /// Of the parameters that were evaluated last.
    let gradient: PackedParameters
    private let split: DataSplit
    private let rows: Buffer<Int32>
    /// What all rows count.
    private let weight: Double
    /// In the gradient, of weights and of all other parameters.
    private let decays: (weights: Double, others: Double)
    private let pieces: PackedPieces
    /// Of each member, for what every one does for itself; nil: the members share the work.
    private let own: [Buffer<Float>]?
    /// For a product that is shared, and the next one.
    private let shared: [Buffer<Float>]
    private let magnitudes: Buffer<Float>

    /// Rows at a time: for some tens of rows each on 16 threads. It is part of the result.
    static let rowsAtOnce = 1024

    /// Numbers of a network up to which members do all arithmetic with whole vectors for themselves, each in rooms of its own,
    /// rather than wait for each other some 25 times an iteration. A product of so many numbers takes 5 µs from second-level
    /// cache; a barrier 1 µs in quiet minutes, and as long as a time slice when other programs want the CPUs.
    static let mostForEachMember = 1 << 16

    /// `rows`: of `split`.
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
        let isSmall = layout.count <= Self.mostForEachMember
        let pieces = PackedPieces(layout, threads: isSmall ? 1 : threads, kernels: engine.kernels)
        self.pieces = pieces
        own = isSmall ? (0..<threads).map { _ in Buffer(count: pieces.sumCount) } : nil
        shared = isSmall ? [] : (0..<2).map { _ in Buffer(count: pieces.sumCount) }
        magnitudes = Buffer(count: threads)
    }

    /// What a member keeps for itself from call to call.
    struct Turn {
        /// Which of the rooms for shared sums comes next.
        fileprivate var isSecond = false
    }

    /// At the parameters as they are.
    struct Value {
        /// Of all rows, with `alpha`'s penalty.
        var lossSum: Double
        /// The mean loss, and the penalty of the weight decay.
        var objective: Double
    }

    /// How many rooms a vector takes that members may make each for itself.
    var roomsForEach: Int { own?.count ?? 1 }

    /// Which of them is a member's.
    func room(_ member: TeamMember) -> Int { own == nil ? 0 : member.rank }

    // MARK: - Evaluation

    /// The value at the parameters as they are, and the gradient.
    func evaluate(_ turn: inout Turn, member: TeamMember) throws(FastTrainError) -> Value {
        var lossSum = 0.0
        for first in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
            let count = min(Self.rowsAtOnce, rows.count - first)
            try engine.forwardBackward(
                split, indices: rows.base + first, of: count, ofTotal: weight, step: 0, member: member)
            try member.barrier()
            lossSum += engine.lossSum(count: count)
            addGradient(count: count, isFirst: first == 0, isLast: first + count == rows.count, member: member)
            try member.barrier()
        }
        lossSum += engine.penalty?.sum ?? 0
        let parameters = engine.forward.parameters
        let square = decays.others > 0 ? try product(parameters, parameters, &turn, member: member) : 0
        return Value(lossSum: lossSum, objective: lossSum / weight + decays.others / 2 * square)
    }

    private func addGradient(count: Int, isFirst: Bool, isLast: Bool, member: TeamMember) {
        let (kernels, parameters) = (engine.kernels, engine.forward.parameters)
        let step = MemberStep(engine.minibatch(count), member: member, laps: nil)
        for block in engine.blocks.shares[member.rank] {
            engine.makeGradient(of: block, step)
            engine.forEachGradient(of: block, step) { part, slice in
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
        }
    }

    /// The parameters become origin + factor · direction, wherever they are kept.
    func move(
        from origin: PackedParameters, along direction: PackedParameters, _ factor: Double, member: TeamMember
    ) throws(FastTrainError) {
        // Until no one reads the parameters as they were; where members share the products, these see to that.
        if own != nil { try member.barrier() }
        let parameters = engine.forward.parameters
        for block in engine.blocks.shares[member.rank] {
            parameters.layout.forEachSlice(of: block) { slice in
                engine.kernels.combine(
                    parameters.base + slice.offset, origin.base + slice.offset, direction.base + slice.offset,
                    factor: Float(factor), count: slice.count)
            }
            engine.transposed.follow(parameters, block)
        }
        try member.barrier()
    }

    // MARK: - Vectors

    /// a · b.
    func product(
        _ a: PackedParameters, _ b: PackedParameters, _ turn: inout Turn, member: TeamMember
    ) throws(FastTrainError) -> Double {
        if let own {
            pieces.products(a.base, b.base, into: own[member.rank], rank: 0)
            return pieces.total(own[member.rank])
        }
        // A member may still add up these sums when another one makes the next, but not the next but one.
        let sums = shared[turn.isSecond ? 1 : 0]
        turn.isSecond.toggle()
        pieces.products(a.base, b.base, into: sums, rank: member.rank)
        try member.barrier()
        return pieces.total(sums)
    }

    /// The largest magnitude of an element of the gradient.
    func largestSlope(member: TeamMember) throws(FastTrainError) -> Double {
        var most: Float = 0
        for index in part(of: member) {
            let magnitude = gradient.base[index].magnitude
            // NaN stays.
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
        // Before anyone comes here again.
        try member.barrier()
        return Double(most)
    }

    /// A member's part of a vector that it makes for itself, or shares.
    private func part(of member: TeamMember) -> Range<Int> { pieces.numbers(rank: own == nil ? member.rank : 0) }

    /// target = a + factor · b, for this member's part of it, or all of it where it has a room of its own.
    func combine(
        _ target: PackedParameters, _ a: PackedParameters, _ b: PackedParameters, _ factor: Double, member: TeamMember
    ) {
        let part = part(of: member)
        let offset = part.lowerBound
        engine.kernels.combine(
            target.base + offset, a.base + offset, b.base + offset, factor: Float(factor), count: part.count)
    }

    /// target = source, likewise.
    func copy(_ source: PackedParameters, to target: PackedParameters, member: TeamMember) {
        let part = part(of: member)
        (target.base + part.lowerBound).update(from: source.base + part.lowerBound, count: part.count)
    }

    /// Multiplies a vector, likewise.
    func scale(_ values: PackedParameters, by factor: Double, member: TeamMember) {
        let part = part(of: member)
        let base = values.base + part.lowerBound
        engine.kernels.adjustGradient(
            gradient: base, weights: base, count: part.count, GradientAdjustment(scale: Float(factor)))
    }
}
