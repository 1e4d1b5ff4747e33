/// Limited-memory BFGS over all training rows (Liu & Nocedal 1989; Nocedal & Wright, algorithms 7.4 and 7.5): the last
/// steps and the changes of the gradient along them stand for second derivatives.
///
/// Every member of the team runs the same iteration and works out the same numbers, from products that do not depend on the
/// number of threads (`FullBatch`), so that there is nothing to hand on. What an iteration goes by, the parameters and the
/// pairs of steps and changes, is what a checkpoint holds; loss and gradient are worked out anew when a run is taken up.
struct LBFGS: Sendable {
    private let batch: FullBatch
    private let tolerance: Double
    private let historySize: Int
    /// Of all members, or of each for itself (`FullBatch.room`).
    private let rooms: [Room]

    private struct Room: Sendable {
        /// A step and the change of the gradient along it; one pair more than the history, for the one that is being made.
        let pairs: [(step: PackedParameters, change: PackedParameters)]
        /// Where an iteration starts.
        let origin: PackedParameters
        /// The inverse Hessian times the gradient: the direction is its opposite.
        let direction: PackedParameters
    }

    /// SciPy's factr · epsilon of L-BFGS-B: of the objective, the least share by which an iteration has to lower it.
    static let leastFall = 2.220446049250313e-9

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

    /// A member's knowledge of where the run is; all have the same.
    struct State {
        /// Places of the pairs, newest first.
        fileprivate(set) var order: [Int] = []
        /// The place of the pair that is being made; until then its change holds the gradient where the iteration starts.
        fileprivate var spare = 0
        /// Of each of them 1 / (step · change).
        fileprivate var inverses: [Double] = []
        /// What the unit matrix is multiplied by before the pairs come in: step · change / change · change of the newest.
        fileprivate var scale = 1.0
        fileprivate var turn = FullBatch.Turn()
        /// At the parameters as they are; nil: not known yet.
        fileprivate(set) var value: FullBatch.Value?
        /// How far the last iteration went along its direction; 0: it did not.
        fileprivate(set) var length = 0.0
        /// Of the last iteration.
        fileprivate(set) var evaluations = 0
        /// The gradient is as small as was asked for, or the objective does not fall any more.
        fileprivate(set) var hasConverged = false
    }

    // MARK: - Checkpoints

    /// The names of what is saved, newest first; a pair that is not there is 0.
    static func names(historySize: Int) -> [String] { (1...max(1, historySize)).flatMap { ["s\($0)", "y\($0)"] } }

    /// Takes over pairs by their names.
    func load(_ memories: [String: Parameters]) {
        for room in rooms {
            for place in 0..<historySize {
                if let step = memories["s\(place + 1)"] { room.pairs[place].step.load(step) }
                if let change = memories["y\(place + 1)"] { room.pairs[place].change.load(change) }
            }
        }
    }

    /// What `load` takes over.
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

    /// One iteration from the parameters as they are; the whole team calls it.
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
        state.hasConverged = isFlat || before.objective - after.objective <= Self.leastFall * most
    }

    /// Loss and gradient at the start, and what follows from the pairs that were loaded.
    private func takeUp(_ state: inout State, member: TeamMember) throws(FastTrainError) {
        state.value = try batch.evaluate(&state.turn, member: member)
        state.evaluations = 1
        // Oldest first, as they came.
        for place in (0..<historySize).reversed() { try consider(place, &state, member: member) }
    }

    /// Makes the pair at a place the newest, if the function is convex along it.
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

    /// Moves the parameters along the direction, and if that leads nowhere against the gradient; nil, and no move, when
    /// neither lowers the objective.
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

    /// Returns the slope along the direction. (Algorithm 7.4.)
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

    private func search(
        _ state: inout State, from before: FullBatch.Value, slope: Double, member: TeamMember
    ) throws(FastTrainError) -> FullBatch.Value? {
        let (origin, direction) = (rooms[batch.room(member)].origin, rooms[batch.room(member)].direction)
        var first = 1.0
        if state.order.isEmpty {
            // The direction is the gradient, of any length: a step of length 1, at most (SciPy's, PyTorch's are alike).
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
        // Parameters and gradient are to be those of the step that was found, or of the start.
        if last.step != found?.step ?? 0 { _ = try at(found?.step ?? 0) }
        state.turn = turn
        state.evaluations += evaluations
        guard let found else { return nil }
        state.length = found.step
        state.value = last.value
        return last.value
    }
}
