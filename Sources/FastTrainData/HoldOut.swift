/// Which rows are held out, drawn from a seed: of each class the same share.
package enum HoldOut {
    /// Whether each of `count` rows is held out: of each class `share`. `label` gives a row's class, from 0.
    static func rows(
        count: Int, classCount: Int, share: Double, _ generator: Philox, label: (Int) -> Int
    ) -> [Bool] {
        var isHeldOut = [Bool](repeating: false, count: count)
        guard share > 0 else { return isHeldOut }
        var groups = [[Int32]](repeating: [], count: classCount)
        for row in 0..<count { groups[label(row)].append(Int32(row)) }
        let shares = shares(of: groups.map(\.count), share)
        for index in groups.indices {
            generator.shuffle(&groups[index], stream: UInt32(index))
            for row in groups[index].prefix(shares[index]) { isHeldOut[Int(row)] = true }
        }
        return isHeldOut
    }

    /// How many of each group to hold out so that all together are the share, rounded: whole parts first, then one more
    /// where the largest fractions are (of equal ones, in the first groups).
    package static func shares(of counts: [Int], _ share: Double) -> [Int] {
        let total = Int((Double(counts.reduce(0, +)) * share).rounded())
        var shares = counts.map { Int(Double($0) * share) }
        let fractions = counts.indices.map { Double(counts[$0]) * share - Double(shares[$0]) }
        let byFraction = counts.indices.sorted { (fractions[$0], -$0) > (fractions[$1], -$1) }
        for index in byFraction.prefix(max(0, total - shares.reduce(0, +))) where shares[index] < counts[index] {
            shares[index] += 1
        }
        return shares
    }
}
