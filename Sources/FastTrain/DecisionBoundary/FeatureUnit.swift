/// The name and scale of a feature, so that axes can show the units of the table that a data set was made from.
struct FeatureUnit: Sendable, Equatable {
    var name: String
    var scale: Preprocessing.Scale

    /// Returns the units of all features. Features that were not made from a table are named x1, x2 and so on.
    static func all(of model: Model) -> [FeatureUnit] {
        guard let preprocessing = model.preprocessing else {
            return (1...model.parameters.layers[0].inputs).map { FeatureUnit(name: "x\($0)", scale: .identity) }
        }
        let scales = preprocessing.columns.flatMap { column -> [Preprocessing.Scale] in
            var scales = [Preprocessing.Scale](repeating: .identity, count: column.featureCount)
            if case .number(let scale, _, _) = column.kind { scales[0] = scale }
            return scales
        }
        return preprocessing.featureNames.enumerated().map { index, name in
            FeatureUnit(name: name, scale: scales[index % scales.count])
        }
    }
}
