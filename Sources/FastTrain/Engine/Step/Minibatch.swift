/// How the rows of a minibatch lie in its shards, and where the pairs of rows lie that a weight gradient in bfloat16
/// reads: of each shard the first row and the next, and so on, the last of an odd number alone.
struct Minibatch {
    /// Rows.
    let count: Int
    let shards: Int

    /// The rows of a shard.
    func rows(_ shard: Int) -> Range<Int> { count * shard / shards..<count * (shard + 1) / shards }

    /// The places of a shard's pairs. Some places between two shards' may stay empty, which spares a sum over shards.
    func pairs(_ shard: Int) -> Range<Int> {
        let rows = rows(shard)
        let first = (rows.lowerBound + shard) / 2
        return first..<first + (rows.count + 1) / 2
    }

    /// Places of all pairs.
    static func placesOfPairs(rows: Int, shards: Int) -> Int { (rows + shards) / 2 }

    /// Some rows with whole pairs: each end is taken down to the start of its pair.
    func wholePairs(_ range: Range<Int>) -> Range<Int> { wholePairs(range.lowerBound)..<wholePairs(range.upperBound) }

    private func wholePairs(_ row: Int) -> Int {
        guard row < count else { return row }
        return row - (row - rows(shard(of: row)).lowerBound) % 2
    }

    private func shard(of row: Int) -> Int { ((row + 1) * shards - 1) / count }

    /// Calls `body` with the part of whole pairs of rows that each shard has, and the place of its first pair.
    func forEachPart(_ range: Range<Int>, _ body: (Range<Int>, Int) -> Void) {
        guard !range.isEmpty else { return }
        for shard in shard(of: range.lowerBound)...shard(of: range.upperBound - 1) {
            let part = rows(shard).clamped(to: range)
            if !part.isEmpty { body(part, pairs(shard).lowerBound + (part.lowerBound - rows(shard).lowerBound) / 2) }
        }
    }
}
