/// A random selection of rows to hold out, with the same share from each class.
package enum HoldOut {
    /// Selects rows to hold out.
    ///
    /// - Parameters:
    ///   - count: The number of rows.
    ///   - classCount: The number of classes.
    ///   - share: The share of each class to hold out.
    ///   - generator: The source of random numbers.
    ///   - label: Returns the class of a row, counted from 0.
    /// - Returns: For each row, whether it is held out.
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

    /// Returns how many rows of each group to hold out, so that their sum is the rounded share of all rows.
    ///
    /// Each group first gets the integer part of its share. The rest goes to the groups with the largest fractions, and
    /// to the first of equal ones.
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
