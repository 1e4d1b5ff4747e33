import KernelTypes

/// A change of a plan that may make some layers, or the whole step, faster.
enum PlanChange: Sendable, Equatable {
    /// The other form of a layer's input. In single precision the first layer's weight gradient follows it.
    case input
    /// The other form of the gradient of a layer's sums.
    case delta
    /// A weight gradient from lists instead of all numbers, or the other way round.
    case gradient
    /// Columns in registers instead of outer products, or the other way round, in the first layer.
    case outer
    /// The other width of the weight gradient's blocks.
    case blocks
    /// The other width of the blocks of the features' lists.
    case featureBlocks
    /// Another number of layers that are divided by panels.
    case panels(Int)
    /// A step back to the choices of the constants, after all other changes.
    case constants(PlanChoices)

    /// Whether the change affects the time of whole steps, and not only that of the layers that are changed.
    var affectsWholeStep: Bool {
        switch self {
        case .panels, .constants: true
        default: false
        }
    }

    /// Returns the layers for which the change may pay, given the choices before it.
    ///
    /// Lists pay at most where there are zeros: in the features, after ReLU, and after dropout.
    func layers(of choices: PlanChoices, _ space: PlanSpace, _ density: FeatureDensity?) -> [Int] {
        choices.layers.indices.filter { index in
            let layer = choices.layers[index]
            switch self {
            case .input:
                guard index > 0 else {
                    return space.hasZeros(density) && (!space.isSingle || space.measuresGradients)
                }
                return space.inputForms(index).count > 1 && space.hasZeros(after: index - 1)
            case .delta:
                return index > 0 && index < choices.layers.count - 1 && space.deltaForms(index).count > 1
                    && !space.network.isNormalized(index) && space.hasZeros(after: index)
            case .gradient:
                guard space.measuresGradients, space.gradientForms(index, choices).contains(.dense) else {
                    return false
                }
                return index == 0
                    ? !space.isSingle && space.hasZeros(density)
                    : space.isSingle && space.hasZeros(after: index - 1)
            case .outer:
                return index == 0 && layer.gradient != .dense
                    && space.gradientForms(0, choices).contains(.outerProducts)
            case .blocks: return layer.gradient != .outerProducts && layer.inputsPerBlock <= space.network.widths[index]
            case .featureBlocks: return index == 0 && (layer.input.isListed || layer.gradient != .dense)
            case .panels, .constants: return true
            }
        }
    }

    /// Returns the choices after the change of some layers.
    func applied(to choices: PlanChoices, layers: [Int], _ space: PlanSpace) -> PlanChoices {
        var changed = choices
        switch self {
        case .panels(let count):
            changed.panelLayers = count
            for index in changed.layers.indices where index > 0 && changed.layers[index].gradient != .dense {
                changed.layers[index].gradient = changed.listGradient(index)
            }
        case .constants(let constants): changed = constants
        case .featureBlocks: changed.featureBlockWidth = PlanSpace.other(choices.featureBlockWidth)
        default: for index in layers { change(&changed, index, space) }
        }
        return changed
    }

    private func change(_ choices: inout PlanChoices, _ index: Int, _ space: PlanSpace) {
        let listGradient = index > 0 ? choices.listGradient(index) : space.featureGradient(choices.panelLayers)
        switch self {
        case .input:
            choices.layers[index].input = choices.layers[index].input.other
            guard index == 0, space.isSingle else { return }
            choices.layers[0].gradient = choices.layers[0].input.isListed ? listGradient : .dense
        case .delta: choices.layers[index].delta = choices.layers[index].delta.other
        case .gradient:
            choices.layers[index].gradient = choices.layers[index].gradient == .dense ? listGradient : .dense
        case .outer:
            choices.layers[index].gradient =
                choices.layers[index].gradient == .outerProducts ? .columns : .outerProducts
        case .blocks: choices.layers[index].inputsPerBlock = PlanSpace.other(choices.layers[index].inputsPerBlock)
        case .featureBlocks, .panels, .constants: break
        }
    }
}

extension PlanChoices {
    /// Returns the gradient of a hidden layer from lists.
    fileprivate func listGradient(_ layer: Int) -> GradientForm {
        OperandForms.listedGradient(isByPanels: layer < panelLayers)
    }
}

extension OperandForm {
    /// Whether the products read lists.
    var isListed: Bool { self == .lists || self == .listedPairs }

    /// The form with lists instead of all numbers, or the other way round.
    fileprivate var other: OperandForm {
        switch self {
        case .numbers: .lists
        case .lists: .numbers
        case .pairs: .listedPairs
        case .listedPairs: .pairs
        }
    }
}

extension PlanSpace {
    /// Whether products are made in single precision.
    fileprivate var isSingle: Bool { recipe.precision == .f32 }

    /// Returns whether enough features are zero for lists to be tried.
    fileprivate func hasZeros(_ density: FeatureDensity?) -> Bool {
        recipe.inputDropout > 0
            || density.map { $0.alongColumns(recipe.kernelPrecision) <= PlanSpace.densestToTry } ?? false
    }

    /// The largest share of features that are not zero for which lists are tried. A list costs more than a product of all
    /// numbers from 0.4 to 0.7 on, depending on the CPU (`SparsePlan.densest`).
    private static let densestToTry = 0.9

    /// Returns whether outputs of a hidden layer are zero, and with them their gradient.
    fileprivate func hasZeros(after layer: Int) -> Bool {
        recipe.activations[layer] == .relu || recipe.dropoutRates[layer] > 0
    }

    /// Returns the other of the two block widths.
    fileprivate static func other(_ width: Int) -> Int { blockWidths[0] + blockWidths[1] - width }
}
