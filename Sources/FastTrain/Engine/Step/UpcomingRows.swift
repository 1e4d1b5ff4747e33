import CIntrinsics

/// Rows of the data that a thread will gather for its next minibatch.
///
/// Shuffled rows lie anywhere in the file's mapping, beyond the reach of the hardware's prefetchers and of the TLB. Asked
/// for during the weight gradient, they are in cache when they are gathered.
struct UpcomingRows {
    let features: Features
    /// Of one row.
    let featureCount: Int
    let indices: UnsafeBufferPointer<Int32>

    /// Of all rows together: a quarter of a second-level cache of 512 KiB.
    private static let mostBytes = 128 << 10

    /// Asks for one of `parts` parts of the rows.
    func prefetch(part: Int, of parts: Int) {
        switch features {
        case .u8(let base, _): prefetch(base, part: part, of: parts)
        case .f32(let base): prefetch(base, part: part, of: parts)
        }
    }

    private func prefetch<Element>(_ base: UnsafePointer<Element>, part: Int, of parts: Int) {
        let bytes = featureCount * MemoryLayout<Element>.stride
        let rows = min(indices.count, UpcomingRows.mostBytes / bytes)
        for place in rows * part / parts..<rows * (part + 1) / parts {
            let row = UnsafeRawPointer(base + Int(indices[place]) * featureCount)
            for line in stride(from: 0, to: bytes, by: 64) { ft_prefetch(row + line) }
        }
    }
}
