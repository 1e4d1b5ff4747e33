import KernelDispatch
import KernelTypes

/// The form in which a product whose sum goes over columns reads a matrix of activations or of their gradients.
enum OperandForm: Sendable {
    /// As it is.
    case numbers
    /// As lists of what is not zero.
    case lists
    /// As pairs of bfloat16 numbers.
    case pairs
    /// As lists of the pairs that are not zero.
    case listedPairs
}

/// Which form each product reads: by the density of the features, and by what is known of ReLU's outputs.
struct OperandForms: Sendable {
    private let network: Network
    private let precision: KernelTypes.Precision
    /// Of each hidden layer's outputs.
    private let areReLU: [Bool]
    private let features: OperandForm
    /// Whether the gradient of the first layer's weights reads the features as lists: of rows, or in bf16 of their pairs.
    let gradientListsFeatures: Bool
    private let kernels: KernelTable

    /// `density`: of the features; nil: they have no zeros.
    init(network: Network, recipe: Recipe, density: FeatureDensity?, kernels: KernelTable) {
        self.network = network
        self.kernels = kernels
        precision = recipe.precision.kernel
        areReLU = recipe.activations.map { $0 == .relu }
        let isWorthLists = SparsePlan.isWorthLists(outputs: network.widths[1], kernels)
        let isListed = isWorthLists && (density?.alongColumns(precision) ?? 1) <= SparsePlan.densest
        if precision == .bf16 {
            features = isListed ? .listedPairs : .pairs
            let rows = density?.alongRows(precision) ?? [1]
            gradientListsFeatures = isWorthLists && rows.reduce(0, +) / Double(rows.count) <= SparsePlan.densest
        } else {
            features = isListed ? .lists : .numbers
            gradientListsFeatures = isListed
        }
    }

    /// Of a layer's input. In bf16 ReLU's outputs are not listed: three of four pairs are not zero.
    func input(_ layer: Int) -> OperandForm {
        if layer == 0 { return features }
        if precision == .bf16 { return .pairs }
        return isListed(areReLU[layer - 1], products: network.widths[layer + 1]) ? .lists : .numbers
    }

    /// Of the gradient of a layer's sums, which is zero wherever ReLU's output is, but for the last layer's and where a
    /// normalization comes between.
    func delta(_ layer: Int) -> OperandForm {
        if precision == .bf16 { return .pairs }
        guard layer < network.layerCount - 1, !network.isNormalized(layer) else { return .numbers }
        return isListed(areReLU[layer], products: network.widths[layer]) ? .lists : .numbers
    }

    /// Whether what ReLU leaves is listed for a product that makes so many columns.
    private func isListed(_ isReLU: Bool, products outputs: Int) -> Bool {
        isReLU && SparsePlan.isWorthLists(outputs: outputs, kernels)
    }
}

/// Room for one matrix in another form; one row of it belongs to one thread at a time.
struct OperandRoom: Sendable {
    private let kernels: KernelTable
    private let pairs: Activations?
    private let listed: SparseLists?

    /// `matrices`: the columns and forms of all that will be asked for; `blockWidth`: of their lists.
    init(
        rows: Int, for matrices: [(width: Int, form: OperandForm)], blockWidth: Int = SparsePlan.blockWidth,
        kernels: KernelTable
    ) {
        self.kernels = kernels
        func widest(_ forms: OperandForm...) -> Int? {
            matrices.filter { forms.contains($0.form) }.map(\.width).max()
        }
        pairs = widest(.pairs, .listedPairs).map {
            Activations(widths: [($0 + 1) / 2], rows: rows, panelWidth: kernels.panelWidth)
        }
        let places = [widest(.lists), widest(.listedPairs).map { ($0 + 1) / 2 }].compactMap(\.self).max()
        listed = places.map { SparseLists(rows: rows, width: $0, blockWidth: blockWidth) }
    }

    /// What a product reads once `make` has made it.
    func input(_ form: OperandForm, of source: PanelMatrix) -> ProductInput {
        switch form {
        case .numbers: .panels(source)
        case .lists: .lists(lists(width: source.width))
        case .pairs: .panels(pairMatrix(of: source))
        case .listedPairs: .lists(lists(width: (source.width + 1) / 2))
        }
    }

    /// Brings some columns of some rows into a form; whole blocks of lists, twice that of listed pairs, whole pairs of
    /// panels.
    ///
    /// Returns how many multiply-adds each column of a product with them takes.
    func make(_ form: OperandForm, of source: PanelMatrix, columns: Range<Int>, rows: Range<Int>) -> Int {
        switch form {
        case .numbers:
            return rows.count * columns.count
        case .lists:
            return list(source, columns: columns, rows: rows)
        case .pairs:
            pair(source, columns: columns, rows: rows)
            return rows.count * columns.count
        case .listedPairs:
            pair(source, columns: columns, rows: rows)
            let places = columns.lowerBound / 2..<(columns.upperBound + 1) / 2
            return 2 * list(pairMatrix(of: source), columns: places, rows: rows)
        }
    }

    private func list(_ source: PanelMatrix, columns: Range<Int>, rows: Range<Int>) -> Int {
        kernels.sparseRows(
            source, lists(width: source.width), columns.lowerBound, columns.upperBound, rows.lowerBound,
            rows.upperBound)
    }

    private func pair(_ source: PanelMatrix, columns: Range<Int>, rows: Range<Int>) {
        kernels.pairColumns(
            source, pairMatrix(of: source), columns.lowerBound, columns.upperBound, rows.lowerBound, rows.upperBound)
    }

    /// The lists as a matrix of so many columns.
    func lists(width: Int) -> SparseMatrix { listed!.matrix(width: width) }

    private func pairMatrix(of source: PanelMatrix) -> PanelMatrix {
        var matrix = pairs![0]
        matrix.width = (source.width + 1) / 2
        return matrix
    }
}
