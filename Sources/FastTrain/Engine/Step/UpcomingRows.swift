import CIntrinsics

/// The rows of the data set that a thread gathers for its next minibatch, to be prefetched.
///
/// Shuffled rows lie anywhere in the mapped file, beyond the reach of the hardware's prefetchers and of the TLB. They are
/// prefetched during the weight gradient, so that they are in cache when they are gathered.
struct UpcomingRows {
    let features: Features
    /// The number of features of a row.
    let featureCount: Int
    let indices: UnsafeBufferPointer<Int32>

    /// The largest number of bytes to prefetch: a quarter of a second-level cache of 512 KiB.
    private static let maxBytes = 128 << 10

    /// Prefetches one of `parts` parts of the rows.
    func prefetch(part: Int, of parts: Int) {
        switch features {
        case .u8(let base, _): prefetch(base, part: part, of: parts)
        case .f32(let base): prefetch(base, part: part, of: parts)
        }
    }

    private func prefetch<Element>(_ base: UnsafePointer<Element>, part: Int, of parts: Int) {
        let bytes = featureCount * MemoryLayout<Element>.stride
        let rows = min(indices.count, UpcomingRows.maxBytes / bytes)
        for place in rows * part / parts..<rows * (part + 1) / parts {
            let row = UnsafeRawPointer(base + Int(indices[place]) * featureCount)
            for line in stride(from: 0, to: bytes, by: 64) { ft_prefetch(row + line) }
        }
    }
}
