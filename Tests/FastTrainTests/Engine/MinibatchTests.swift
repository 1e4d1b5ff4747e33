import Testing

@testable import FastTrain

@Suite struct MinibatchTests {
    static let sizes: [(count: Int, shards: Int)] = [
        (1, 1), (1, 2), (2, 2), (5, 2), (7, 3), (24, 8), (25, 8), (3, 8), (64, 2), (101, 40), (1000, 7),
    ]

    @Test(arguments: sizes)
    func eachRowIsInOnePair(count: Int, shards: Int) {
        let minibatch = Minibatch(count: count, shards: shards)
        for threads in [1, 2, 3, 7, 16] {
            var places: [Int] = []
            var rows: [Int] = []
            for rank in 0..<threads {
                let share = minibatch.wholePairs(TeamMember.share(of: count, rank: rank, size: threads))
                rows += share
                minibatch.forEachPart(share) { part, first in
                    places += first..<first + (part.count + 1) / 2
                    let shard = (0..<shards).first { minibatch.rows($0).contains(part.lowerBound) }!
                    #expect(minibatch.rows(shard).clamped(to: part) == part)
                    // Whole pairs, but for the last row of an odd shard.
                    #expect((part.lowerBound - minibatch.rows(shard).lowerBound) % 2 == 0)
                    #expect(part.count % 2 == 0 || part.upperBound == minibatch.rows(shard).upperBound)
                    #expect(
                        first == minibatch.pairs(shard).lowerBound
                            + (part.lowerBound - minibatch.rows(shard).lowerBound) / 2)
                }
            }
            #expect(rows == Array(0..<count))
            let expected = (0..<shards).flatMap { Array(minibatch.pairs($0)) }
            #expect(places == expected)
            #expect(Set(places).count == places.count)
            #expect(places.allSatisfy { $0 < Minibatch.placesOfPairs(rows: count, shards: shards) })
        }
    }
}
