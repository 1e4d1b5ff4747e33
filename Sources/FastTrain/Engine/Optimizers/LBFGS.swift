/// Limited-memory BFGS over all training rows (Liu & Nocedal, "On the limited memory BFGS method for large scale
/// optimization", 1989; Nocedal & Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5).
///
/// The last steps s and the changes y of the gradient along them approximate the inverse Hessian H. An iteration goes from
/// w to w − t H g, with t found by `LineSearch`.
///
/// Every member of the team runs the same iteration and computes the same numbers, from products whose result does not
/// depend on the number of threads (`FullBatch`), so members need not exchange any. The state between iterations is the
/// parameters and the pairs (s, y), which a checkpoint holds. Loss and gradient are computed again when a run is resumed.
struct LBFGS: OptimizerDefinition, Sendable {
    static var settings: [PartialKeyPath<Recipe>] { [\.historySize, \.gradientTolerance] }

    /// The gradient, the origin, the direction, and the pair in the making.
    static var workingCopies: Int { 5 }

    /// Returns the names of the pairs, newest first. A pair that does not exist yet is saved as zeros.
    static func memories(_ recipe: Recipe) -> [String] {
        (1...max(1, recipe.historySize)).flatMap { ["s\($0)", "y\($0)"] }
    }

    static func description(_ recipe: Recipe) -> [String] {
        [
            "history of \(recipe.historySize)", "gradient tolerance \(Format.setting(recipe.gradientTolerance))",
        ]
    }

    private let batch: FullBatch
    private let tolerance: Double
    private let historySize: Int
    /// One set of vectors for all members, or one for each member (`FullBatch.room`).
    private let rooms: [Room]

    private struct Room: Sendable {
        /// Steps and the changes of the gradient along them: one pair more than the history, for the pair in the making.
        let pairs: [(step: PackedParameters, change: PackedParameters)]
        /// The parameters at the start of an iteration.
        let origin: PackedParameters
        /// H g: the parameters move in the opposite direction.
        let direction: PackedParameters
    }

    /// The least relative decrease of the objective by an iteration; a smaller one ends the run. SciPy's `factr · epsilon`
    /// of L-BFGS-B.
    static let minDecrease = 2.220446049250313e-9

    /// Creates the optimizer of a recipe, without pairs.
    init(_ recipe: Recipe, batch: FullBatch) {
        self.batch = batch
        tolerance = recipe.gradientTolerance
        historySize = recipe.historySize
        let layout = batch.engine.forward.parameters.layout
        rooms = (0..<batch.roomsForEach).map { _ in
            Room(
                pairs: (0...recipe.historySize).map { _ in (PackedParameters(layout), PackedParameters(layout)) },
                origin: PackedParameters(layout), direction: PackedParameters(layout))
        }
    }

    /// The state of a run between iterations. Each member has its own copy, and all copies are equal.
    struct State {
        /// The places of the pairs in `Room.pairs`, newest first.
        fileprivate(set) var order: [Int] = []
        /// The place of the pair in the making, whose change holds the gradient at the start of the iteration meanwhile.
        fileprivate var spare = 0
        /// 1 / (s · y) of each pair, newest first.
        fileprivate var inverses: [Double] = []
        /// The factor of the unit matrix that H is built from: s · y / y · y of the newest pair.
        fileprivate var scale = 1.0
        fileprivate var turn = FullBatch.Turn()
        /// The objective at the current parameters; `nil` if it has not been computed yet.
        fileprivate(set) var value: FullBatch.Value?
        /// The length of the last iteration's step; 0 if the parameters did not move.
        fileprivate(set) var length = 0.0
        /// The number of evaluations of the objective by the last iteration.
        fileprivate(set) var evaluations = 0
        /// Whether the gradient is within the tolerance, or the objective no longer decreases.
        fileprivate(set) var hasConverged = false
    }

    // MARK: - Checkpoints

    /// Takes over saved pairs by their names.
    func load(_ memories: [String: Parameters]) {
        for room in rooms {
            for place in 0..<historySize {
                if let step = memories["s\(place + 1)"] { room.pairs[place].step.load(step) }
                if let change = memories["y\(place + 1)"] { room.pairs[place].change.load(change) }
            }
        }
    }

    /// Returns the pairs as `load` takes them over.
    func memories(_ state: State, of network: Network) -> [String: Parameters] {
        let pairs = rooms[0].pairs
        var memories: [String: Parameters] = [:]
        for place in 0..<historySize {
            let pair = place < state.order.count ? pairs[state.order[place]] : nil
            memories["s\(place + 1)"] = pair?.step.unpacked() ?? network.zeroParameters()
            memories["y\(place + 1)"] = pair?.change.unpacked() ?? network.zeroParameters()
        }
        return memories
    }

    // MARK: - An iteration

    /// Runs one iteration from the current parameters. The whole team calls it.
    ///
    /// - Throws: What the barriers throw if another member failed.
    func iterate(_ state: inout State, member: TeamMember) throws(FastTrainError) {
        state.evaluations = 0
        if state.value == nil { try takeUp(&state, member: member) }
        guard let before = state.value, before.objective.isFinite else { return }
        state.length = 0
        let slope = try batch.largestSlope(member: member)
        guard slope.isFinite else {
            state.value = FullBatch.Value(lossSum: .nan, objective: .nan)
            return
        }
        guard slope > tolerance else {
            state.hasConverged = true
            return
        }
        state.spare = (0...historySize).first { !state.order.contains($0) } ?? 0
        let room = rooms[batch.room(member)]
        let newest = room.pairs[state.spare]
        batch.copy(batch.engine.forward.parameters, to: room.origin, member: member)
        batch.copy(batch.gradient, to: newest.change, member: member)
        guard let after = try descend(&state, from: before, member: member) else {
            state.hasConverged = true
            return
        }
        batch.combine(newest.step, batch.engine.forward.parameters, room.origin, -1, member: member)
        batch.combine(newest.change, batch.gradient, newest.change, -1, member: member)
        try consider(state.spare, &state, member: member)
        let most = max(before.objective.magnitude, after.objective.magnitude, 1)
        let isFlat = try batch.largestSlope(member: member) <= tolerance
        state.hasConverged = isFlat || before.objective - after.objective <= Self.minDecrease * most
    }

    /// Computes loss and gradient at the start, and takes the pairs that were loaded into the order.
    private func takeUp(_ state: inout State, member: TeamMember) throws(FastTrainError) {
        state.value = try batch.evaluate(&state.turn, member: member)
        state.evaluations = 1
        // Oldest first, the order in which they were made.
        for place in (0..<historySize).reversed() { try consider(place, &state, member: member) }
    }

    /// Makes the pair at a place the newest one, provided that the function is convex along its step (s · y > 0).
    private func consider(_ place: Int, _ state: inout State, member: TeamMember) throws(FastTrainError) {
        let (step, change) = rooms[batch.room(member)].pairs[place]
        let curvature = try batch.product(step, change, &state.turn, member: member)
        let square = try batch.product(change, change, &state.turn, member: member)
        guard curvature > .ulpOfOne * square, square > 0 else { return }
        state.order.insert(place, at: 0)
        state.inverses.insert(1 / curvature, at: 0)
        state.scale = curvature / square
        if state.order.count > historySize {
            state.order.removeLast()
            state.inverses.removeLast()
        }
    }

    /// Moves the parameters along the direction or, if that does not lower the objective, against the gradient.
    ///
    /// - Returns: The new value, or `nil`, with the parameters unmoved, if neither direction lowers the objective.
    private func descend(
        _ state: inout State, from before: FullBatch.Value, member: TeamMember
    ) throws(FastTrainError) -> FullBatch.Value? {
        while true {
            let slope = try makeDirection(&state, member: member)
            if slope < 0, let value = try search(&state, from: before, slope: slope, member: member) { return value }
            if state.order.isEmpty { return nil }
            (state.order, state.inverses, state.scale) = ([], [], 1)
        }
    }

    /// Computes H g by the two loops of algorithm 7.4.
    ///
    /// - Returns: The slope of the objective along −H g.
    private func makeDirection(_ state: inout State, member: TeamMember) throws(FastTrainError) -> Double {
        let room = rooms[batch.room(member)]
        let (pairs, direction) = (room.pairs, room.direction)
        let gradient = pairs[state.spare].change
        batch.copy(gradient, to: direction, member: member)
        var factors: [Double] = []
        for (place, inverse) in zip(state.order, state.inverses) {
            let factor = inverse * (try batch.product(pairs[place].step, direction, &state.turn, member: member))
            batch.combine(direction, direction, pairs[place].change, -factor, member: member)
            factors.append(factor)
        }
        if !state.order.isEmpty {
            batch.scale(direction, by: state.scale, member: member)
        }
        for (index, place) in state.order.enumerated().reversed() {
            let product = try batch.product(pairs[place].change, direction, &state.turn, member: member)
            batch.combine(
                direction, direction, pairs[place].step, factors[index] - state.inverses[index] * product,
                member: member)
        }
        return -(try batch.product(gradient, direction, &state.turn, member: member))
    }

    /// Searches along the direction, and leaves parameters and gradient at the step that was found, or at the start.
    private func search(
        _ state: inout State, from before: FullBatch.Value, slope: Double, member: TeamMember
    ) throws(FastTrainError) -> FullBatch.Value? {
        let (origin, direction) = (rooms[batch.room(member)].origin, rooms[batch.room(member)].direction)
        var first = 1.0
        if state.order.isEmpty {
            // The direction is the gradient, whose length says nothing about the step: move by a length of 1 at most, as
            // SciPy and PyTorch do.
            let square = try batch.product(direction, direction, &state.turn, member: member)
            first = min(1, 1 / square.squareRoot())
        }
        var turn = state.turn
        var (evaluations, last) = (0, (step: 0.0, value: before))
        func at(_ step: Double) throws(FastTrainError) -> LineSearch.Point {
            try batch.move(from: origin, along: direction, -step, member: member)
            let value = try batch.evaluate(&turn, member: member)
            let slope = -(try batch.product(batch.gradient, direction, &turn, member: member))
            evaluations += 1
            last = (step, value)
            return LineSearch.Point(step: step, value: value.objective, slope: slope)
        }
        let start = LineSearch.Point(step: 0, value: before.objective, slope: slope)
        let found = try LineSearch.run(from: start, first: first, at)
        // Leave parameters and gradient at the step that was found, or at the start.
        if last.step != found?.step ?? 0 { _ = try at(found?.step ?? 0) }
        state.turn = turn
        state.evaluations += evaluations
        guard let found else { return nil }
        state.length = found.step
        state.value = last.value
        return last.value
    }
}
