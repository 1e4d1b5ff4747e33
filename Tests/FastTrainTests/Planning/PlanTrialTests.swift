import KernelDispatch
import KernelTypes
import Testing

@testable import FastTrain

/// Tests which changes of a plan are tried and made, from times that are given.
@Suite struct PlanTrialTests {
    /// A network with ReLU between three wide layers, whose input is sparse.
    private func made(_ edit: (inout Recipe) -> Void = { _ in }) -> PlanSpace {
        var recipe = Recipe()
        recipe.hidden = [256, 256, 256]
        edit(&recipe)
        return PlanSpace(
            network: recipe.network(inputs: 784, outputs: 10), recipe: recipe, threads: 2,
            kernels: InstructionSet.scalar.kernels)
    }

    private let density = FeatureDensity(uniform: 0.2, width: 784)

    private func trial(_ change: PlanChange, _ space: PlanSpace) throws -> PlanTrial {
        try #require(PlanTrial(change, of: space.constants(density), space, density))
    }

    private func times(_ layers: [Double], barriers: Double = 0) -> StepTimes {
        StepTimes(layers: layers, whole: layers.reduce(barriers, +))
    }

    @Test func aLayerIsChangedIfItIsClearlyFaster() throws {
        let space = made()
        let base = space.constants(density)
        var trial = try trial(.input, space)
        #expect(trial.open == [0, 1, 2, 3])
        for pair in 0..<7 {
            #expect(!trial.isOver)
            // The second layer is clearly faster in all pairs but one, the third is too close, the others clearly slower.
            let second = pair == 3 ? 150.0 : 80
            trial.add(base: times([100, 100, 100, 9]), changed: times([130, second, 98, 12]))
            #expect(trial.open == (pair == 0 ? [0, 1, 2, 3] : [1, 2]))
        }
        #expect(trial.isOver && trial.winners == [1])
        var expected = base
        expected.layers[1].input = .numbers
        #expect(trial.result(space) == expected)
        let findings = trial.findings(space)
        #expect(findings.map(\.layer) == [0, 1, 2, 3] && findings.map(\.pairs) == [2, 7, 7, 2])
        #expect(findings.map(\.isChanged) == [false, true, false, false])
        #expect(findings.map { Int(($0.ratio * 100).rounded()) } == [130, 80, 98, 133])
        #expect(findings[1].kept == "lists" && findings[1].tried == "numbers")
    }

    @Test func aTrialEndsWhenNothingIsLeftInQuestion() throws {
        let space = made()
        var trial = try trial(.delta, space)
        #expect(trial.open == [1, 2])
        for _ in 0..<2 { trial.add(base: times([1, 1, 1, 1]), changed: times([1, 2, 2, 1])) }
        #expect(trial.isOver && trial.winners.isEmpty && trial.result(space) == space.constants(density))
    }

    @Test func divisionIsJudgedByWholeSteps() throws {
        let space = made()
        var trial = try trial(.panels(1), space)
        for _ in 0..<7 {
            trial.add(base: times([10, 10, 10, 1], barriers: 10), changed: times([11, 11, 11, 1], barriers: 1))
        }
        #expect(trial.isOver && trial.result(space).panelLayers == 1)
        #expect(trial.result(space).layers[1].gradient == .columns)
        #expect(trial.findings(space).map(\.layer) == [nil])
    }

    /// A plan that was measured layer by layer must be faster as a whole, too.
    @Test(arguments: [(120.0, true), (101, true), (100, false), (90, false)])
    func theConstantsComeBackUnlessTheyAreSlower(time: Double, isKept: Bool) throws {
        let space = made()
        let constants = space.constants(density)
        var measured = constants
        measured.layers[1].delta = .numbers
        var trial = try #require(PlanTrial(.constants(constants), of: measured, space, density))
        for _ in 0..<7 { trial.add(base: times([0, 0, 0, 100]), changed: times([0, 0, 0, time])) }
        #expect(trial.isOver && trial.result(space) == (isKept ? measured : constants))
        #expect(PlanTrial(.constants(constants), of: constants, space, density) == nil)
    }

    @Test func listsAreTriedWhereThereAreZeros() throws {
        func layers(_ change: PlanChange, _ edit: (inout Recipe) -> Void) -> [Int] {
            let space = made(edit)
            return change.layers(of: space.constants(density), space, density)
        }
        #expect(layers(.input) { $0.activation = [.tanh] } == [0])
        #expect(layers(.input) { ($0.activation, $0.dropout) = ([.tanh], [0, 0.5, 0]) } == [0, 2])
        #expect(layers(.delta) { $0.normalization = .layer } == [])
        #expect(layers(.input) { $0.precision = .bf16 } == [0])
        let space = made { $0.activation = [.tanh] }
        let dense = FeatureDensity(uniform: 1, width: 784)
        #expect(PlanTrial(.input, of: space.constants(dense), space, dense) == nil)
    }

    /// Clipping by value makes infinite gradients finite, so that sums without links and with them may differ.
    @Test func clippingByValueFixesTheGradient() {
        let space = made { $0.clipValue = 1 }
        let constants = space.constants(density)
        #expect(PlanChange.gradient.layers(of: constants, space, density) == [])
        #expect(PlanChange.input.layers(of: constants, space, density) == [1, 2, 3])
    }

    /// Every change of every plan that changes lead to is one that the space contains.
    @Test(arguments: Precision.allCases, [Normalization.none, .layer])
    func changesStayWithinTheSpace(precision: Precision, normalization: Normalization) {
        let space = made {
            $0.precision = precision
            $0.normalization = normalization
        }
        let constants = space.constants(density)
        let changes: [PlanChange] =
            [.input, .delta, .gradient, .outer, .blocks, .featureBlocks, .constants(constants)]
            + (0...space.panelLayers.upperBound).map { .panels($0) }
        var seen = [constants]
        var next = 0
        while next < min(seen.count, 300) {
            let choices = seen[next]
            next += 1
            #expect(space.contains(choices))
            for change in changes {
                let layers = change.layers(of: choices, space, density)
                for part in [layers, Array(layers.prefix(1))] where !part.isEmpty {
                    let changed = change.applied(to: choices, layers: part, space)
                    if !seen.contains(changed) { seen.append(changed) }
                }
            }
        }
        #expect(seen.count > 20)
    }

    @Test func aPairSettlesBeforeItMeasures() {
        func turns(_ seconds: Double) -> String {
            var pair = MeasuringPlanner.Pair(stepSeconds: seconds)
            var text = ""
            while let turn = pair.next() { text += turn.isMeasured ? (turn.isChanged ? "C" : "B") : "." }
            return text
        }
        #expect(turns(0.25) == ".BC")
        #expect(turns(0.003) == ".B.C")
        #expect(turns(0.0005) == ".BBBB.CCCC")
        #expect(turns(0).count == 160)
    }

    @Test func aDropOfTheRateIsNoticed() {
        var watch = RateWatch()
        watch.start(at: 100)
        var time = 100.0
        func drops(_ rates: [Double]) -> Bool {
            var drops = false
            for rate in rates {
                time += 10
                drops = watch.hasDropped(rate, at: time) || drops
            }
            return drops
        }
        let first = drops([100, 90, 110])
        let oneSlowEpoch = drops([80, 10, 90])
        let slow = drops([70, 72, 71])
        #expect(!first && !oneSlowEpoch && slow)
        var known = RateWatch()
        known.expect(1000)
        let (early, late) = (known.hasDropped(10, at: 1), known.hasDropped(10, at: 40))
        #expect(!early && late)
    }
}
