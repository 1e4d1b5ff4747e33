import KernelDispatch
import KernelTypes
import Testing

@testable import FastTrain

/// Tests the decisions of a step's plan, on which the speed depends, but no number.
@Suite struct StepPlanTests {
    private func plan(
        _ hidden: [Int], threads: Int, density: FeatureDensity? = nil, _ change: (inout Recipe) -> Void = { _ in }
    ) -> StepPlan {
        var recipe = Recipe()
        recipe.hidden = hidden
        change(&recipe)
        return StepPlan(
            recipe.network(inputs: 784, outputs: 10), recipe: recipe, density: density, threads: threads,
            kernels: InstructionSet.scalar.kernels)
    }

    private func divisions(_ plan: StepPlan) -> [LayerPlan.Division] { plan.layers.map(\.division) }

    @Test func oneThreadDividesByRows() {
        #expect(divisions(plan([512, 512], threads: 1)) == [.rows, .rows, .rows])
    }

    @Test func theFirstLayersAreDividedByPanels() {
        #expect(divisions(plan([512, 512], threads: 2)) == [.panels, .panels, .rows])
        #expect(divisions(plan([2048, 2048], threads: 2)) == [.panels, .rows, .rows])
        #expect(divisions(plan([127, 512], threads: 2)) == [.rows, .rows, .rows])
        #expect(divisions(plan([512, 512], threads: 2) { $0.activation = [.tanh] }) == [.panels, .rows, .rows])
        #expect(divisions(plan([512, 512], threads: 2) { $0.normalization = .batch }) == [.rows, .rows, .rows])
    }

    /// Where a matrix changes hands, its reader and its writer agree on how it is divided.
    @Test func neighborsAgree() {
        for hidden in [[], [128], [512, 512], [2048, 64], [64, 512, 512]] {
            let layers = plan(hidden, threads: 2).layers
            #expect(layers.first?.inputDivision == .rows && layers.last?.deltaDivision == .rows)
            for (layer, next) in zip(layers, layers.dropFirst()) {
                #expect(next.inputDivision == layer.division && layer.deltaDivision == next.division)
                #expect(next.inputs == layer.outputs)
            }
        }
    }

    @Test func formsFollowFromDensityAndActivation() {
        let dense = plan([512, 512], threads: 2)
        #expect(dense.layers.map(\.inputForm) == [.numbers, .lists, .numbers])
        #expect(dense.layers.map(\.deltaForm) == [.lists, .lists, .numbers])
        #expect(dense.layers.map(\.gradientForm) == [.dense, .sharedColumns, .dense])
        #expect(plan([512, 512], threads: 1).layers.map(\.gradientForm) == [.dense, .columns, .dense])
        let smooth = plan([512, 512], threads: 2) { $0.activation = [.gelu] }
        #expect(smooth.layers.map(\.inputForm) == [.numbers, .numbers, .numbers])
        #expect(smooth.layers.map(\.storesDerivative) == [true, true, false])
        let paired = plan([512, 512], threads: 2) { $0.precision = .bf16 }
        #expect(paired.layers.map(\.inputForm) == [.pairs, .pairs, .pairs])
        #expect(paired.layers.map(\.hasPacking) == [true, true, true])
        #expect(dense.layers.map(\.hasPacking) == [false, true, true])
    }

    /// The members' panels are whole blocks of lists, and together all columns.
    @Test(arguments: [128, 500, 512, 2048, 2500], [2, 3, 16])
    func panelsCoverTheColumns(width: Int, threads: Int) {
        let columns = (0..<threads).map { DivisionByPanels.columns(of: width, rank: $0, threads: threads) }
        #expect(columns.first?.lowerBound == 0 && columns.last?.upperBound == width)
        for (one, next) in zip(columns, columns.dropFirst()) {
            #expect(one.upperBound == next.lowerBound && next.lowerBound % SparsePlan.blockWidth == 0 || next.isEmpty)
        }
    }
}
