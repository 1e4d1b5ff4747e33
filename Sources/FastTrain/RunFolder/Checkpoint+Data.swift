extension Checkpoint {
    /// Throws `.badData` unless `data` has the shape, scale, task and preprocessing recorded in this checkpoint.
    ///
    /// The fingerprint of data in memory covers its numbers alone, so their meaning is compared here.
    ///
    /// - Parameters:
    ///   - data: The data set to compare.
    ///   - path: The checkpoint's path, for the message.
    /// - Throws: `.badData` that names the first entry that differs.
    func expectDescription(of data: Dataset, path: String) throws(FastTrainError) {
        let mine = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        let other = NetworkDescription(
            recipe: recipe, featureShape: data.featureShape, scale: data.scale, task: data.task,
            preprocessing: data.preprocessing)
        let (expected, found) = (mine.metadata, other.metadata)
        let names = Set(expected.keys).union(found.keys).sorted()
        guard let name = names.first(where: { expected[$0] != found[$0] }) else { return }
        throw .badData(
            file: data.name, place: .named(name), expected: "\(expected[name] ?? "none"), as in \(path)",
            found: found[name] ?? "none")
    }
}
