extension Reference {
    /// Returns `initial` plus the sum of products of neighbours along a sum, in the order of AMX's `tdpbf16ps`.
    ///
    /// Blocks of 32 places are added one after another. In a block, the products at even places are one chain of fused
    /// multiply-adds from +0, and those at odd places another. The two are added, and their sum is added to the result.
    /// An even place without a neighbour is paired with a zero. Subnormal numbers count as zero on a member of a thread
    /// team, as they always do in `tdpbf16ps`.
    ///
    /// - Parameters:
    ///   - initial: The start value.
    ///   - left: The left factors, rounded to bfloat16.
    ///   - right: The right factors, rounded to bfloat16.
    public static func tileSum(_ initial: Float, _ left: [Float], _ right: [Float]) -> Float {
        var sum = initial
        for block in stride(from: 0, to: left.count, by: 32) {
            var even: Float = 0
            var odd: Float = 0
            for place in block..<min(block + 32, left.count) {
                if place % 2 == 0 {
                    even.addProduct(left[place], right[place])
                } else {
                    odd.addProduct(left[place], right[place])
                }
            }
            if left.count % 2 == 1 && block + 32 > left.count { odd.addProduct(0, 0) }
            sum += even + odd
        }
        return sum
    }
}
