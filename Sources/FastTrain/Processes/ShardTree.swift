/// The division of shards among processes, and the part of their sum that each process makes alone.
///
/// Shards are added in the tree of `ft_all_reduce_slice`, neighbours first. A process adds up the branches of it that lie
/// in its own shards as a whole, and the owner of a slice of the parameters adds these sums in the rest of the tree.
struct ShardTree {
    /// The number of shards.
    let shards: Int
    /// The number of processes.
    let processes: Int

    /// Returns the shards of a process. It may have none.
    func shards(ofRank rank: Int) -> Range<Int> { TeamMember.share(of: shards, rank: rank, size: processes) }

    /// Returns the first shard of each of the largest branches in a process's shards. The gradient of that shard becomes
    /// the sum of its branch by `ft_reduce_own_shards`.
    func branches(ofRank rank: Int) -> [Int] {
        let own = shards(ofRank: rank)
        var branches: [Int] = []
        var shard = own.lowerBound
        while shard < own.upperBound {
            branches.append(shard)
            shard = end(ofBranchAt: shard, within: own.upperBound)
        }
        return branches
    }

    /// Returns the end of the largest branch that starts at a shard and ends at `limit` or before.
    private func end(ofBranchAt shard: Int, within limit: Int) -> Int {
        var end = shard + 1
        var length = 2
        while shard % length == 0, end < shards, min(shard + length, shards) <= limit {
            end = min(shard + length, shards)
            length *= 2
        }
        return end
    }
}
