/// How the rows of a minibatch are divided among its shards, and where weight gradients find them.
///
/// A process of several takes the rows of its own shards only. Rows are counted within the whole minibatch everywhere.
///
/// In single precision a weight gradient reads the rows themselves. In bf16 it reads *pairs* of rows: a shard's first row
/// with its second, its third with its fourth, and so on; the last row of an odd number is paired with zeros.
struct Minibatch {
    /// The number of rows.
    let count: Int
    /// The number of shards. Shard `s` has the rows `count * s / shards ..< count * (s + 1) / shards`.
    let shards: Int
    /// The shards of this process.
    let ownShards: Range<Int>
    /// Whether weight gradients read pairs of rows, as they do in bf16.
    let hasPairs: Bool

    /// Creates a minibatch of `count` rows. Without `ownShards`, this process has all shards.
    init(count: Int, shards: Int, ownShards: Range<Int>? = nil, hasPairs: Bool = false) {
        self.count = count
        self.shards = shards
        self.ownShards = ownShards ?? 0..<shards
        self.hasPairs = hasPairs
    }

    /// The rows of this process.
    var ownRows: Range<Int> { count * ownShards.lowerBound / shards..<count * ownShards.upperBound / shards }

    /// Returns the rows of a shard.
    func rows(_ shard: Int) -> Range<Int> { count * shard / shards..<count * (shard + 1) / shards }

    /// Returns the rows that a member takes through the network: an even share, of whole pairs if there are pairs.
    func rows(of member: TeamMember) -> Range<Int> {
        let share = member.share(of: ownRows)
        return hasPairs ? wholePairs(share) : share
    }

    /// Returns the rows of a shard, or its pairs, as a weight gradient counts them.
    func gradientRows(_ shard: Int) -> Range<Int> { hasPairs ? pairs(shard) : rows(shard) }

    // MARK: - Pairs of rows

    /// The number of pairs in a block of the order of tiles; see `KernelPrecision.bf16Tiles`.
    static let pairsPerBlock = 16

    /// Returns the places of a shard's pairs. They start with a block of pairs, and those that are left in the shard's last
    /// block stay zero. A block between two shards may stay empty, so that a shard's first place follows from its number
    /// alone, without a sum over the shards before it.
    func pairs(_ shard: Int) -> Range<Int> {
        let rows = rows(shard)
        let first = Minibatch.placesOfPairs(rows: rows.lowerBound, shards: shard)
        return first..<first + (rows.count + 1) / 2
    }

    /// Returns the number of places that the pairs of some shards take.
    static func placesOfPairs(rows: Int, shards: Int) -> Int {
        (rows + shards * (2 * pairsPerBlock - 1)) / (2 * pairsPerBlock) * pairsPerBlock
    }

    /// Returns the rows with both bounds lowered to the start of a pair.
    func wholePairs(_ range: Range<Int>) -> Range<Int> { wholePairs(range.lowerBound)..<wholePairs(range.upperBound) }

    private func wholePairs(_ row: Int) -> Int {
        guard row < count else { return row }
        return row - (row - rows(shard(of: row)).lowerBound) % 2
    }

    /// Returns the end of the shard that has the given rows.
    func shardEnd(_ range: Range<Int>) -> Int { rows(shard(of: range.lowerBound)).upperBound }

    private func shard(of row: Int) -> Int { ((row + 1) * shards - 1) / count }

    /// Calls `body` once for each shard that has some of the rows.
    ///
    /// - Parameters:
    ///   - range: Rows that consist of whole pairs.
    ///   - body: Receives the shard's rows among them and the place of their first pair.
    func forEachPart(_ range: Range<Int>, _ body: (Range<Int>, Int) -> Void) {
        guard !range.isEmpty else { return }
        for shard in shard(of: range.lowerBound)...shard(of: range.upperBound - 1) {
            let part = rows(shard).clamped(to: range)
            if !part.isEmpty { body(part, pairs(shard).lowerBound + (part.lowerBound - rows(shard).lowerBound) / 2) }
        }
    }
}
