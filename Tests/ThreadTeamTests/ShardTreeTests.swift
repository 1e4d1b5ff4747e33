import CThreadTeam
import Testing
import _TestSupport

@testable import FastTrain

/// The sum of the shards is the same bits whether one process has all of them, or several have some each.
@Suite struct ShardTreeTests {
    private static func sum(_ pointers: [UnsafeMutablePointer<Float>?], shards: Int) -> Float {
        var pointers = pointers
        ft_all_reduce_slice(&pointers, Int32(shards), 1)
        return pointers[0]!.pointee
    }

    @Test(arguments: 1...40) func anyNumberOfProcessesGivesTheSameSum(shards: Int) {
        let values = Buffer<Float>(count: shards)
        var random = TestRandom(UInt64(shards))
        let numbers = random.floats(shards).map { $0 * 1e8 }
        let all = (0..<shards).map { values.base + $0 }
        values.base.update(from: numbers, count: shards)
        let expected = Self.sum(all, shards: shards)
        for processes in 1...9 {
            values.base.update(from: numbers, count: shards)
            let tree = ShardTree(shards: shards, processes: processes)
            var pointers = [UnsafeMutablePointer<Float>?](repeating: nil, count: shards)
            for rank in 0..<processes {
                let own = tree.shards(ofRank: rank)
                var mine: [UnsafeMutablePointer<Float>?] = own.map { all[$0] }
                if !mine.isEmpty {
                    ft_reduce_own_shards(&mine, Int32(own.lowerBound), Int32(own.upperBound), Int32(shards), 1)
                }
                for branch in tree.branches(ofRank: rank) { pointers[branch] = all[branch] }
            }
            #expect(Self.sum(pointers, shards: shards) == expected, "\(processes) processes")
        }
        extendLifetime(values)
    }

    /// With as many shards for each process as a power of two, each process sends one sum, which is the least possible.
    @Test func aPowerOfTwoForEachProcessIsOneBranch() {
        for processes in 1...8 {
            for each in [1, 2, 4, 8] {
                let tree = ShardTree(shards: processes * each, processes: processes)
                for rank in 0..<processes { #expect(tree.branches(ofRank: rank) == [rank * each]) }
            }
        }
    }

    @Test func aProcessWithoutShardsHasNoBranches() {
        let tree = ShardTree(shards: 2, processes: 5)
        #expect((0..<5).map { tree.branches(ofRank: $0).count }.reduce(0, +) == 2)
        #expect(tree.branches(ofRank: 0).isEmpty)
    }
}
