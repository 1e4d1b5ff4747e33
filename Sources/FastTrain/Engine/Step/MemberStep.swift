/// One member's view of one step: the minibatch, the rows of it that the member has, the scratch memory of its thread, and
/// its stopwatch.
struct MemberStep {
    let minibatch: Minibatch
    /// The number of minibatches of the run before this one; dropout depends on it.
    let number: Int
    let member: TeamMember
    /// The rows that the member takes through the layers that are divided by rows.
    let rows: Range<Int>
    let scratch: GradientScratch
    /// The stopwatch; `nil` means that no profile is taken.
    let laps: LapTimer?

    /// Creates the view of a member of the team.
    init(_ minibatch: Minibatch, number: Int, member: TeamMember, scratch: GradientScratch, laps: LapTimer?) {
        self.minibatch = minibatch
        self.number = number
        self.member = member
        self.scratch = scratch
        self.laps = laps
        rows = minibatch.rows(of: member)
    }

    /// Returns the part of a matrix with the given number of columns that the member makes.
    func part(_ division: LayerPlan.Division, of width: Int) -> MatrixPart {
        switch division {
        case .rows: MatrixPart(rows: rows, columns: 0..<width)
        case .panels:
            MatrixPart(
                rows: minibatch.ownRows,
                columns: DivisionByPanels.columns(of: width, rank: member.rank, threads: member.size))
        }
    }

    /// Returns the rows of the member's products of a layer, forward and backward.
    func readers(of layer: LayerPlan) -> Range<Int> { layer.division == .rows ? rows : minibatch.ownRows }

    /// Waits for the other members.
    ///
    /// - Parameter phase: The phase to which the time counts.
    func barrier(_ phase: Phase = .barrier) throws(FastTrainError) {
        try member.barrier()
        laps?.lap(phase)
    }
}
