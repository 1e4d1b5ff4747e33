import CThreadTeam
import Synchronization
import Testing
import _TestSupport

@testable import FastTrain

@Suite struct ThreadTeamTests {
    @Test(arguments: [1, 2, 3, 8, 33])
    func everyRankRunsOnceAndWaitsAtBarriers(threads: Int) throws {
        let ranks = Mutex(Set<Int>())
        let rounds = 50
        let counts = Buffer<Int>(count: threads)
        try Team.run(threads: threads) { member throws(FastTrainError) in
            _ = ranks.withLock { $0.insert(member.rank) }
            for round in 1...rounds {
                counts.base[member.rank] += 1
                try member.barrier()
                // All have counted this round, none the next.
                for other in 0..<threads where counts.base[other] != round { throw .internalError("round \(round)") }
                try member.barrier()
            }
        }
        #expect(ranks.withLock { $0 } == Set(0..<threads))
    }

    @Test func subnormalNumbersAreZeroOnlyInATeam() throws {
        let products = Buffer<Float>(count: 3)
        let factor = Buffer<Float>(count: 2)
        factor.base[0] = .leastNormalMagnitude
        factor.base[1] = 0.5
        try Team.run(threads: 3) { member throws(FastTrainError) in
            products.base[member.rank] = factor.base[0] * factor.base[1]
        }
        #expect(products.array == [0, 0, 0])
        #expect(factor.base[0] * factor.base[1] > 0)
    }

    @Test(arguments: [0, 1, 3])
    func errorReachesTheCallerAndReleasesTheOthers(failing: Int) {
        #expect(throws: FastTrainError.invalidUse("rank \(failing)")) {
            try Team.run(threads: 4) { member throws(FastTrainError) in
                try member.barrier()
                if member.rank == failing { throw .invalidUse("rank \(member.rank)") }
                while true { try member.barrier() }
            }
        }
    }

    @Test func membersThatSleepAtABarrierAreWoken() throws {
        let counts = Buffer<Int>(count: 4)
        try Team.run(threads: 4) { member throws(FastTrainError) in
            for round in 1...50 {
                counts.base[member.rank] += 1
                try member.sleepingBarrier()
                for other in 0..<4 where counts.base[other] != round { throw .internalError("round \(round)") }
                // Some spin and others sleep.
                if member.rank.isMultiple(of: 2) { try member.barrier() } else { try member.sleepingBarrier() }
            }
        }
        for failing in 0..<4 {
            #expect(throws: FastTrainError.invalidUse("rank \(failing)")) {
                try Team.run(threads: 4) { member throws(FastTrainError) in
                    try member.sleepingBarrier()
                    if member.rank == failing { throw .invalidUse("rank \(member.rank)") }
                    while true { try member.sleepingBarrier() }
                }
            }
        }
    }

    @Test func errorOfTheLowestRankIsThrown() {
        #expect(throws: FastTrainError.invalidUse("rank 1")) {
            try Team.run(threads: 4) { member throws(FastTrainError) in
                if member.rank > 0 { throw .invalidUse("rank \(member.rank)") }
                try member.barrier()
            }
        }
    }

    @Test func sharesAreEvenAndCoverEverything() throws {
        try Team.run(threads: 3) { member throws(FastTrainError) in
            let share = member.share(of: 10)
            guard (3...4).contains(share.count) else { throw .internalError("\(share)") }
            if member.rank == 0, share.lowerBound != 0 { throw .internalError("\(share)") }
            if member.rank == 2, share.upperBound != 10 { throw .internalError("\(share)") }
        }
    }

    @Test(arguments: 1...9)
    func allReduceAddsInAFixedTree(shards: Int) {
        var random = TestRandom(UInt64(shards))
        let gradients = (0..<shards).map { _ in random.floats(37).map { $0 * 1e8 } }
        func tree(_ values: ArraySlice<Float>) -> Float {
            if values.count == 1 { return values.first! }
            var half = 1
            while half * 2 < values.count { half *= 2 }
            return tree(values.prefix(half)) + tree(values.dropFirst(half))
        }
        let expected = (0..<37).map { i in tree(gradients.map { $0[i] }[...]) }
        let slices = gradients.map { Slice($0) }
        let bases: [UnsafeMutablePointer<Float>?] = slices.map(\.base)
        ft_all_reduce_slice(bases, Int32(shards), 37)
        #expect(bits(slices[0].values) == bits(expected))
        extendLifetime(slices)
    }
}
