import KernelDispatch
import KernelTypes

/// Memory for a matrix of some rows as lists of what is not zero; one row of it belongs to one thread at a time.
struct SparseLists: Sendable {
    private let rows: Int
    private let blockWidth: Int
    private let values: Buffer<Float>
    private let offsets: Buffer<UInt16>
    private let segments: Buffer<SparseSegment>

    private var roomOfRow: Int { blockWidth + 4 }

    /// `width`: the most columns that it will have.
    init(rows: Int, width: Int, blockWidth: Int) {
        self.rows = rows
        self.blockWidth = blockWidth
        let blocks = max(1, (width + blockWidth - 1) / blockWidth)
        values = Buffer(count: blocks * rows * (blockWidth + 4))
        offsets = Buffer(count: blocks * rows * (blockWidth + 4))
        segments = Buffer(count: blocks * rows)
    }

    /// The lists of a matrix of `width` columns.
    func matrix(width: Int) -> SparseMatrix {
        SparseMatrix(
            values: values.base, offsets: offsets.base, segments: segments.base, rows: rows, width: width,
            blockWidth: blockWidth, roomOfRow: roomOfRow)
    }
}

/// How many of a split's features are not zero: the share of each column in some rows spread evenly over the split.
struct FeatureDensity: Sendable {
    /// Of each column.
    let columns: [Double]
    /// Of all.
    let mean: Double

    init(_ split: DataSplit, width: Int) {
        let samples = min(split.count, 256)
        var counts = [Int](repeating: 0, count: width)
        for sample in 0..<samples {
            let row = split.count * sample / samples * width
            switch split.features {
            case .u8(let bytes, _): for column in 0..<width where bytes[row + column] != 0 { counts[column] += 1 }
            case .f32(let values): for column in 0..<width where values[row + column] != 0 { counts[column] += 1 }
            }
        }
        extendLifetime(split)
        columns = counts.map { Double($0) / Double(samples) }
        mean = columns.reduce(0, +) / Double(width)
    }
}

/// Which products go by lists. A plan has no influence on any number, but for zeros' signs and what is not finite.
enum SparsePlan {
    /// Below this share of numbers that are not zero lists are faster.
    static let densest = 0.7
    /// Panels of sums that make reading an entry worth while.
    static let leastPanels = 3
    /// Up to so many panels, the weight gradient is made by outer products: lists of columns would not pay.
    static let mostOuterPanels = 8
    /// Weights that a thread's panels of the second layer may have for that layer to be cut by panels: 1 MiB, half of a
    /// second-level cache or all of it. More would not stay there anyway.
    static let mostOwnWeights = 1 << 18

    /// The panels of each thread for the layers that are cut by panels, whole blocks of lists: the first layer if there
    /// is a block for each thread, and the second if it is small, too, and its input a ReLU's.
    static func ownPanels(
        _ network: Network, isReLU: Bool, threads: Int, _ kernels: KernelTable
    ) -> [[Range<Int>]] {
        let perBlock = blockWidth / kernels.panelWidth
        func shares(_ outputs: Int) -> [Range<Int>]? {
            guard threads > 1 && outputs >= blockWidth * threads else { return nil }
            let panels = (outputs + kernels.panelWidth - 1) / kernels.panelWidth
            return (0..<threads).map { rank in
                let blocks = TeamMember.share(
                    of: (outputs + blockWidth - 1) / blockWidth, rank: rank, size: threads)
                return blocks.lowerBound * perBlock..<min(blocks.upperBound * perBlock, panels)
            }
        }
        guard let first = shares(network.widths[1]) else { return [] }
        guard network.layerCount > 2, isReLU, let second = shares(network.widths[2]),
            network.widths[1] * network.widths[2] <= mostOwnWeights * threads
        else { return [first] }
        return [first, second]
    }
    /// Columns of a block of lists. The weights of 64 inputs and four panels take 32 KiB of AVX-512's first-level cache,
    /// 16 KiB of AVX2's. On Emerald Rapids, 256 × 2048 × 2048 at a density of 0.5: 10.2 ms, 10.7 by 96, 11.7 by 32.
    static let blockWidth = 64
}
