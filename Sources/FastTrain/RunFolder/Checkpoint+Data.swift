extension Checkpoint {
    /// Throws `.badData` that names the first entry of the file at `path` in which `data` is described otherwise. Data in
    /// memory has a fingerprint of its numbers alone: what they mean is compared here.
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
