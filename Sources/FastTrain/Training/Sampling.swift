/// The assignment of rows to training and validation, and their order in each epoch.
struct Sampling {
    /// The rows to train on, in file order.
    let trainRows: [Int32]
    /// The validation rows, in file order.
    let validationRows: [Int32]
    private let seed: UInt64
    private let shuffles: Bool

    /// Chooses the validation rows.
    ///
    /// Without a fold, the rows are drawn once from the seed, the same fraction of each class (or of all rows for
    /// regression). With a fold, every `fold.count`-th of the shuffled rows is held out, class by class, so folds
    /// differ as little as possible.
    init(
        recipe: Recipe, split: DataSplit, task: Dataset.Task, fold: Fold? = nil
    ) throws(FastTrainError) {
        seed = recipe.seed
        shuffles = recipe.shuffle
        var groups: [[Int32]]
        switch task {
        case .classification(let classes):
            groups = Array(repeating: [], count: classes.count)
            for row in 0..<split.count { groups[split.label(row)].append(Int32(row)) }
        case .regression:
            groups = [split.allRows]
        }
        if recipe.validation == 0 { groups = [] }
        let generator = Philox(seed: seed, purpose: .validationSplit)
        var isHeldOut = [Bool](repeating: false, count: split.count)
        let shares = HoldOut.shares(of: groups.map(\.count), recipe.validation)
        var place = 0
        for index in groups.indices {
            generator.shuffle(&groups[index], stream: UInt32(index))
            if let fold {
                for row in groups[index] {
                    isHeldOut[Int(row)] = place % fold.count == fold.index
                    place += 1
                }
            } else {
                for row in groups[index].prefix(shares[index]) { isHeldOut[Int(row)] = true }
            }
        }
        trainRows = (0..<Int32(split.count)).filter { !isHeldOut[Int($0)] }
        validationRows = (0..<Int32(split.count)).filter { isHeldOut[Int($0)] }
        if trainRows.isEmpty || (recipe.validation > 0 && validationRows.isEmpty) {
            throw .unsuitableSetting(
                name: "validation",
                reason:
                    "`validation` \(recipe.validation) of \(split.count) training rows leaves \(trainRows.count) to "
                    + "train on and \(validationRows.count) to validate on; both must be at least 1")
        }
    }

    /// Returns the training rows in the order of an epoch, which is numbered from 0.
    func order(epoch: Int) -> [Int32] {
        var order = trainRows
        if shuffles { Philox(seed: seed, purpose: .shuffle).shuffle(&order, stream: UInt32(truncatingIfNeeded: epoch)) }
        return order
    }
}
