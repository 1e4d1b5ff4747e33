import Testing

@testable import FastTrain

/// Which trials are trained in which order, and which one is best. No network is involved.
struct SearchPlanTests {
    private func rungs(_ trials: Int, _ epochs: Int) -> [[[Int]]] {
        SearchPlan.hyperband(trials: trials, epochs: epochs).map { $0.rungs.map { [$0.trials, $0.epochs] } }
    }

    /// Table 1 of Li et al., "Hyperband", JMLR 18 (2018), for R = 81 and η = 3.
    @Test func tableOfThePaper() {
        #expect(
            rungs(81 + 34 + 15 + 8 + 5, 81) == [
                [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]], [[34, 3], [11, 9], [3, 27], [1, 81]],
                [[15, 9], [5, 27], [1, 81]], [[8, 27], [2, 81]], [[5, 81]],
            ])
    }

    @Test func otherSizes() {
        // With one epoch there is nothing to reduce.
        #expect(rungs(3, 1) == [[[1, 1]], [[1, 1]], [[1, 1]]])
        // Numbers of epochs that are not powers of three are rounded.
        #expect(rungs(9 + 5 + 3, 10) == [[[9, 1], [3, 3], [1, 10]], [[5, 3], [1, 10]], [[3, 10]]])
        // The remaining trials form a bracket without the rungs from which all would continue.
        #expect(rungs(5, 27) == [[[5, 1], [1, 27]]])
        #expect(rungs(1, 27) == [[[1, 27]]])
        #expect(rungs(18, 9) == [[[9, 1], [3, 3], [1, 9]], [[5, 3], [1, 9]], [[3, 9]], [[1, 9]]])
        for trials in 1...120 {
            let plan = SearchPlan(.hyperband, trials: trials, epochs: 27, monitor: .validationLoss)
            #expect(plan.trialCount == trials)
            #expect(plan.brackets.allSatisfy { $0.rungs.last!.epochs == 27 })
        }
    }

    private func result(_ job: SearchPlan.Job, loss: Double?, score: Double = 0.5) -> TrialResult {
        TrialResult(
            job: job, settings: RecipeChanges(), validationLoss: loss, score: loss == nil ? nil : score,
            bestEpoch: loss == nil ? nil : job.epochs, divergence: loss == nil ? "NaN" : nil, seconds: 1,
            isScoredByAccuracy: true)
    }

    @Test func theBestThirdContinues() {
        var plan = SearchPlan(.hyperband, trials: 9, epochs: 9, monitor: .validationLoss)
        #expect(plan.ready.map(\.trial) == Array(0..<9))
        let losses = [0.5, 0.1, nil, 0.3, 0.2, 0.1, 0.6, 0.7, 0.8]
        // Results arrive in any order.
        for job in plan.ready.reversed() {
            plan.start(job)
            plan.record(result(job, loss: losses[job.trial]), of: job)
        }
        #expect(plan.ready.map(\.trial) == [1, 5, 4])
        #expect(plan.ready.allSatisfy { $0.epochs == 3 && $0.rung == 1 })
        let second = plan.ready
        plan.start(second[0])
        #expect(plan.ready.map(\.trial) == [5, 4])
        plan.abandon(second[0])
        for (job, loss) in zip(second, [0.3, 0.05, 0.2]) { plan.record(result(job, loss: loss), of: job) }
        #expect(plan.ready.map(\.trial) == [5])
        let last = plan.ready[0]
        plan.record(result(last, loss: 0.06), of: last)
        #expect(plan.ready.isEmpty)
        // Each trial has its best result: that of trial 5 is by 3 epochs. Equal trials are in order, diverged ones
        // last.
        #expect(plan.ranking.map(\.trial) == [5, 1, 4, 3, 0, 6, 7, 8, 2])
        #expect(plan.ranking.map(\.epochs) == [3, 1, 3, 1, 1, 1, 1, 1, 1])
    }

    @Test func divergedTrialsDoNotContinue() {
        var plan = SearchPlan(.hyperband, trials: 9, epochs: 9, monitor: .validationLoss)
        for job in plan.ready { plan.record(result(job, loss: job.trial == 7 ? 1 : nil), of: job) }
        #expect(plan.ready.map(\.trial) == [7])
        for _ in 0..<2 { for job in plan.ready { plan.record(result(job, loss: nil), of: job) } }
        #expect(plan.ready.isEmpty)
        #expect(plan.ranking.first?.trial == 7)
    }

    @Test func rankingByScore() {
        var plan = SearchPlan(.random, trials: 3, epochs: 4, monitor: .validationScore)
        #expect(plan.ready.map(\.epochs) == [4, 4, 4])
        for job in plan.ready {
            plan.record(result(job, loss: Double(job.trial), score: [0.5, 0.9, 0.7][job.trial]), of: job)
        }
        #expect(plan.ranking.map(\.trial) == [1, 2, 0])
    }
}
