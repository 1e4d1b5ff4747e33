extension Recipe {
    /// Returns the recipe with each `nil` that stands for a default which follows from the data or from other settings
    /// replaced by that default.
    ///
    /// - Throws: A usage error if the recipe is not sound or does not fit the data, `.badData` if the data has a single
    ///   class.
    func resolved(for data: Dataset) throws(FastTrainError) -> Recipe {
        try validate()
        var recipe = self
        if case .classification(let classes) = data.task, classes.count < 2 {
            throw .badData(
                file: data.name, place: .named("train.y"), expected: "at least two classes to tell apart",
                found: "\(classes.count)")
        }
        let loss = resolvedLoss(for: data.task)
        recipe.loss = loss
        for setting in Self.settings { setting.resolve(&recipe) }
        guard loss.output.fits(data.task) else {
            let what = if case .regression = data.task { "numbers" } else { "classes" }
            let names = Loss.allCases.filter { $0.output.fits(data.task) }.map(\.rawValue).joined(separator: ", ")
            throw .invalidSetting(
                name: "loss", expected: "one of \(names) for the \(what) in \(data.name)", found: "\(loss.rawValue)")
        }
        guard loss.settings.contains(\.labelSmoothing) || labelSmoothing == 0 else {
            throw .invalidSetting(
                name: "labelSmoothing", expected: "0 for the numbers in \(data.name)", found: "\(labelSmoothing)")
        }
        for (split, name) in [(data.train, "train.y"), (data.test, "test.y")] {
            if let split { try checkTargets(split, of: loss, data, name) }
        }
        try checkClassWeight(data)
        return recipe
    }

    /// Throws `.unsuitableSetting` if a target is outside the range of the loss.
    private func checkTargets(
        _ split: DataSplit, of loss: Loss, _ data: Dataset, _ name: String
    ) throws(FastTrainError) {
        guard let range = loss.output.targets, case .values(let targets, let outputs) = split.targets else { return }
        defer { extendLifetime(split) }
        for index in 0..<split.count * outputs where !range.contains(targets[index]) {
            let expected = range.upperBound.isFinite ? "from 0 to 1" : "of at least 0"
            // The converter scales a table's targets by default.
            let hint =
                data.preprocessing == nil ? "" : "; `TableOptions.targetScale` none leaves them as they are"
            throw .unsuitableSetting(
                name: "loss",
                reason:
                    "`loss` \(loss.rawValue): expected targets \(expected) in \(data.name), found \(targets[index]) in "
                    + "\(name) row \(index / outputs)\(hint)")
        }
    }

    /// Throws `.invalidSetting` if there are class weights for numbers, or not one for each class.
    private func checkClassWeight(_ data: Dataset) throws(FastTrainError) {
        switch (classWeight, data.task) {
        case (nil, _): break
        case (_, .regression):
            throw .invalidSetting(
                name: "classWeight", expected: "none for the numbers in \(data.name)", found: "")
        case (.given(let weights), .classification(let classes)) where weights.count != classes.count:
            throw .invalidSetting(
                name: "classWeight", expected: "\(classes.count) numbers, one for each class of \(data.name)",
                found: "\(weights.count)")
        case (_, .classification): break
        }
    }
}
