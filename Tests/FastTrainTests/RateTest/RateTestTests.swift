import Foundation
import FoundationXML
import Testing
import _TestSupport

@testable import FastTrain

@Suite struct RateTestTests {
    private func curve(_ smoothed: [Double], steps: Int? = nil) -> RateCurve {
        let test = RateTest(from: 1e-4, to: 1, steps: steps ?? smoothed.count)
        let points = smoothed.enumerated().map { index, loss in
            RateCurve.Point(rate: test.rate(index), loss: loss, smoothed: loss)
        }
        return RateCurve(test: test, points: points, isCutShort: false, isInterrupted: false)
    }

    @Test func ratesRiseByAConstantFactor() {
        let test = RateTest(from: 1e-3, to: 8, steps: 31)
        for step in 0..<31 {
            #expect(abs(test.rate(step) / (1e-3 * pow(8000, Double(step) / 30)) - 1) < 1e-12)
        }
    }

    /// The loss is level, falls from step 10 to step 30, fastest in the middle, and then rises.
    @Test func suggestionsOfAnObviousCurve() {
        let losses = (0..<40).map { step -> Double in
            if step < 10 { return 2 }
            let angle = Double.pi * Double(step - 10) / 20
            return step <= 30 ? 1 + cos(angle) : 0.2 * Double(step - 30)
        }
        let curve = curve(losses)
        #expect(curve.lowest == curve.points[30])
        #expect(curve.steepest == curve.points[20])
        // The 20 decreases from step 10 to step 30 make 21 points, and their middle is step 20.
        #expect(curve.valley == curve.points[20])
    }

    /// The curve of an explosion after a few of many steps.
    @Test func suggestionsOfAShortCurve() {
        for losses in [[2, 1], [2, 1, .infinity], [3, 2, 1], [3, 2, 1, 2, .nan], [4, 3, 2, 1, 1e300]] {
            let curve = curve(losses, steps: 1000)
            #expect(curve.lowest?.loss == 1 && curve.valley != nil && curve.steepest != nil)
            #expect(curve.svg.contains("<path") && !curve.svg.contains("Mnan"))
        }
        for losses in [[], [1], [.infinity], [.infinity, .nan]] {
            let curve = curve(losses, steps: 1000)
            #expect(curve.lowest == nil && curve.valley == nil && curve.steepest == nil)
            #expect(curve.svg.contains("<svg"))
        }
    }

    @Test func withoutAFallThereIsNoSuggestion() {
        let level = curve([Double](repeating: 2, count: 30))
        #expect(level.valley == nil && level.steepest == nil && level.lowest == nil)
        let rising = curve((0..<30).map { Double($0) })
        #expect(rising.valley == nil && rising.steepest == nil && rising.lowest == nil)
    }

    /// fastai's rule computed directly from its definition: the longest falling sequence.
    @Test func valleyMatchesFastai() {
        for seed in 0..<20 {
            let draws = Philox(seed: UInt64(seed), purpose: .testSplit)
            let losses = (0..<60).map { step -> Double in
                let noise = Double(draws.block(UInt64(step), stream: 0)[0]) * 0x1p-32
                return noise + 2 - Double(step) / 40
            }
            var lengths = [Int](repeating: 1, count: 60)
            for later in 0..<60 {
                for earlier in 0..<later where losses[later] < losses[earlier] {
                    lengths[later] = max(lengths[later], lengths[earlier] + 1)
                }
            }
            let longest = lengths.max()!
            let end = lengths.firstIndex(of: longest)!
            let curve = curve(losses)
            if let valley = curve.valley { #expect(valley == curve.points[end - longest / 2]) }
        }
    }

    private func recipe() -> Recipe {
        var recipe = SameBitsTests.recipe()
        recipe.optimizer = .sgd
        recipe.hidden = [16]
        return recipe
    }

    @Test func threadsDoNotAffectResults() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        let test = RateTest(from: 1e-4, to: 10, steps: 100)
        let one = try test.run(recipe(), on: data, options: RunOptions(threads: 1))
        #expect(one.points.count > 30 && one.points.count <= 100)
        #expect(one == (try test.run(recipe(), on: data, options: RunOptions(threads: 3))))
        #expect(zip(one.points, one.points.dropFirst()).allSatisfy { $0.rate < $1.rate })
    }

    /// With a rate that does not rise, the first losses of a range test are those of training at that rate.
    @Test func stepsEqualTrainingSteps() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = recipe()
        let curve = try RateTest(from: 0.01, to: 0.01.nextUp, steps: 20).run(recipe, on: data)
        recipe.learningRate = 0.01
        recipe.schedule = .constant
        recipe.epochs = 10
        let session = RunLoop(try Training(recipe, on: data))
        var losses: [Double] = []
        session.onStep = { losses.append($1) }
        try session.run()
        #expect(curve.points.count == 20)
        #expect(curve.points.map(\.loss) == Array(losses.prefix(20)))
    }

    @Test func anExplosionEndsTheTest() throws {
        let data = try SmallData.values(3, rows: 130, features: 21)
        var recipe = recipe()
        recipe.momentum = 0
        let curve = try RateTest(from: 1e-5, to: 1e6, steps: 200).run(recipe, on: data)
        #expect(curve.isCutShort && curve.points.count < 200)
        #expect(curve.valley!.rate < curve.points.last!.rate)
    }

    @Test func stopping() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        let counter = Counter()
        let curve = try RateTest(steps: 100).run(recipe(), on: data, stop: { counter.next() == 7 })
        #expect(curve.isInterrupted && curve.points.count == 7)
    }

    @Test(arguments: [
        (RateTest(from: 0), "from: expected a number of at least 1.2e-38, found 0.0"),
        (RateTest(from: .nan), "from: expected a number of at least 1.2e-38, found nan"),
        (RateTest(from: 1, to: 1), "to: expected a number above `from` (1.0) and at most 3.4e38, found 1.0"),
        (RateTest(to: .infinity), "to: expected a number above `from` (1e-06) and at most 3.4e38, found inf"),
        (RateTest(steps: 19), "steps: expected a number from 20 to 100000, found 19"),
    ])
    func refusals(test: RateTest, message: String) {
        expectUsage(message) { try test.validate() }
    }

    @Test func lbfgsIsRefused() throws {
        var recipe = recipe()
        recipe.optimizer = .lbfgs
        recipe.momentum = 0
        #expect(exitCode { _ = try RateTest().run(recipe, on: SmallData.classes()) } == 64)
    }

    @Test func files() throws {
        let folder = ScratchFolder()
        let curve = curve((0..<40).map { 2 - Double($0) / 40 })
        try curve.write(to: folder.file("c.svg"))
        try curve.write(to: folder.file("c.json"))
        let json = try JSON(parsing: FileSystem.readText(folder.file("c.json")), file: "c.json")
        #expect(json["steps_done"] == .integer(40) && json["suggestion"] == .number(curve.valley!.rate))
        #expect(try FileSystem.readText(folder.file("c.svg")).contains("<path class=\"curve\""))
        #expect(XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: folder.file("c.svg")))).parse())
        #expect(exitCode { try curve.write(to: folder.file("c.png")) } == 64)
        _ = try Training(
            recipe(), on: SmallData.classes(4, rows: 130, features: 21),
            options: RunOptions(output: folder.file("run"))
        ).train()
        try curve.write(to: folder.file("run") + "/c.svg")
        #expect(exitCode { try curve.write(to: folder.file("run") + "/recipe.json") } == 73)
    }

    @Test func ratesAsText() {
        #expect(RateCurve.text(0.0123) == "0.012" && RateCurve.text(3.16) == "3.2" && RateCurve.text(12) == "12")
        #expect(RateCurve.text(0.00999) == "0.010" && RateCurve.text(1.26e-6) == "1.3e-6" && RateCurve.text(1) == "1.0")
    }
}
