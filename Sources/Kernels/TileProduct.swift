#if HAS_TILES
    import CIntrinsics
    import KernelTypes

    /// The number of rows of a block of sums: two tiles.
    @inline(__always) private var blockRows: Int { 32 }
    /// The most floats of the input that a product passes over for each panel of weights: 1.25 MiB, which stay in
    /// second-level cache while all panels pass.
    @inline(__always) private var maxNearFloats: Int { 5 << 16 }
    /// The largest depth of a slice. With fewer rows than `maxNearFloats / maxDepth`, weights would pass too often.
    @inline(__always) private var maxDepth: Int { 4096 }

    /// The dense product in the order of `KernelPrecision.bf16Tiles`, by AMX: compare `denseProduct`.
    ///
    /// A block of 32 × 32 sums is in four tiles over a slice of the depth, which mostly is all of it: sums that were stored
    /// are expensive to load again. The pairs beyond the depth that fill its last block of pairs are zero in both factors.
    /// Without any depth, as in the gradient of a shard without rows, the sums are their start values.
    func tileProduct(_ arguments: ProductArguments, _ input: PanelMatrix) {
        let rows = arguments.rows
        guard !rows.isEmpty else { return }
        let depth = (input.width + pairsPerBlock - 1) / pairsPerBlock * pairsPerBlock
        let slice = min(depth, maxDepth)
        let passes = rows.count * slice / maxNearFloats + 1
        let rowsOfPass = ((rows.count + passes - 1) / passes + blockRows - 1) / blockRows * blockRows
        let panels = panelCount(arguments.output.width)
        let blocks = (rows.count + blockRows - 1) / blockRows
        var walk = PrefetchWalk(arguments.prefetch, parts: panels * blocks * (depth / pairsPerBlock))
        ft_tile_configure(min(rows.count, blockRows))
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsOfPass) {
            let end = min(first + rowsOfPass, rows.upperBound)
            var start = 0
            repeat {
                let part = TileSlice(
                    arguments, input, rows: Range(uncheckedBounds: (first, end)), from: start,
                    to: min(start + slice, depth), isLast: start + slice >= depth)
                for panel in 0..<panels { part.multiply(panel: panel, &walk) }
                start += slice
            } while start < depth
        }
        ft_tile_release()
    }

    /// The product of some rows over a slice of the depth.
    private struct TileSlice {
        private let arguments: ProductArguments
        private let input: PanelMatrix
        private let rows: Range<Int>
        private let start: Int
        private let end: Int
        private let isLast: Bool
        /// The number of cache lines of the next panel's weights to prefetch with each block of pairs.
        private let linesAhead: Int
        /// The number of rows of sums, and of what their epilogue reads, to prefetch with each block of pairs.
        private let rowsAhead: Int

        @inline(__always)
        init(
            _ arguments: ProductArguments, _ input: PanelMatrix, rows: Range<Int>, from start: Int, to end: Int,
            isLast: Bool
        ) {
            self.arguments = arguments
            self.input = input
            self.rows = rows
            self.start = start
            self.end = end
            self.isLast = isLast
            let blocks = (rows.count + blockRows - 1) / blockRows
            linesAhead = blocks >= 4 ? (blockRows + blocks - 1) / blocks : 0
            // The block of a gradient, without start values or an epilogue, is in cache.
            let isFar = arguments.initial != nil || arguments.epilogue.derivativeAt != nil
            rowsAhead = isFar && start < end ? (blockRows * pairsPerBlock + end - start - 1) / (end - start) : 0
        }

        /// Multiplies the rows by one panel of weights: whole blocks first, then the rows that are left. They are computed as
        /// the last rows of a whole block if there are enough rows before them, because shapes take long to change.
        @inline(__always)
        func multiply(panel: Int, _ walk: inout PrefetchWalk) {
            var ahead = arguments.weights + (panel + 1) * arguments.weightPanelStride + start * panelWidth
            var row = rows.lowerBound
            let endRow = rows.upperBound
            while endRow - row >= blockRows {
                block(panel: panel, row: row, hasLower: true, &ahead, &walk)
                ft_tile_store(elements(panel, row), true)
                finishRows(panel, row, row + blockRows)
                row += blockRows
            }
            guard row < endRow else { return }
            if arguments.rows.count >= blockRows {
                let first = endRow - blockRows
                block(panel: panel, row: first, hasLower: true, &ahead, &walk)
                ft_tile_store_from(elements(panel, first), row - first)
            } else {
                let hasLower = endRow - row > blockRows / 2
                block(panel: panel, row: row, hasLower: hasLower, &ahead, &walk)
                ft_tile_store(elements(panel, row), hasLower)
            }
            finishRows(panel, row, endRow)
        }

        /// Leaves the sums of a block in the tiles.
        @inline(__always)
        private func block(
            panel: Int, row: Int, hasLower: Bool, _ ahead: inout UnsafePointer<Float>, _ walk: inout PrefetchWalk
        ) {
            if start > 0 {
                ft_tile_load(elements(panel, row), FT_TILE_STRIDE, hasLower)
            } else if let initial = arguments.initial {
                ft_tile_load(initial + panel * panelWidth, 0, hasLower)
            } else {
                ft_tile_zero(hasLower)
            }
            var weights = arguments.weights + panel * arguments.weightPanelStride + start * panelWidth
            var left = UnsafePointer(input.base + start / panelWidth * input.panelStride + row * panelWidth)
            var sums = UnsafePointer(elements(panel, row))
            let others =
                isLast ? arguments.epilogue.derivativeAt.map { $0 - UnsafePointer(arguments.output.base) } : nil
            var isSecondHalf = false
            for _ in stride(from: start, to: end, by: pairsPerBlock) {
                let next = left + (isSecondHalf ? input.panelStride - pairsPerBlock : pairsPerBlock)
                ft_tile_add_products(left, weights, next, hasLower)
                for _ in 0..<linesAhead {
                    ft_prefetch_second_level(ahead)
                    ahead += 16
                }
                for _ in 0..<rowsAhead {
                    prefetchRow(sums)
                    if let others { prefetchRow(sums + others) }
                    sums += panelWidth
                }
                walk.advance()
                weights += pairsPerBlock * panelWidth
                left = next
                isSecondHalf.toggle()
            }
        }

        /// Prefetches a row of a panel of the output, or of another matrix of its shape.
        @inline(__always)
        private func prefetchRow(_ row: UnsafePointer<Float>) {
            ft_prefetch_second_level(row)
            ft_prefetch_second_level(row + 16)
        }

        /// Applies the epilogue to rows of a panel whose sums are complete.
        @inline(__always)
        private func finishRows(_ panel: Int, _ row: Int, _ endRow: Int) {
            guard isLast else { return }
            finish(
                elements(panel, row), arguments.epilogue, panelStride: arguments.output.panelStride, panel: panel,
                rows: Range(uncheckedBounds: (row, endRow)))
        }

        @inline(__always)
        private func elements(_ panel: Int, _ row: Int) -> UnsafeMutablePointer<Float> {
            arguments.output.base + panel * arguments.output.panelStride + row * panelWidth
        }
    }
#endif
