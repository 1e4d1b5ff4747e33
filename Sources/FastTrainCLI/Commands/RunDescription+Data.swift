import FastTrain

extension RunDescription {
    /// Returns the path of the data set: the given one, or that of the run if `path` is a run folder; otherwise `nil`.
    static func dataPath(_ given: String?, model path: String) throws(FastTrainError) -> String? {
        if let given { return given }
        guard try System.status(path)?.isFolder ?? false else { return nil }
        return try RunDescription(folder: path).data
    }

    /// Opens the data set that `dataPath(_:model:)` finds.
    ///
    /// - Returns: The data set, which is the built-in sample for a run folder that records no path; `nil` if there is
    ///   neither a given path nor a run folder.
    /// - Throws: `.badData` if the run's data set has changed since the run was started, and any error of
    ///   `Dataset(path:)`.
    static func openData(_ given: String?, model path: String) throws(FastTrainError) -> Dataset? {
        if let given { return try Dataset(path: given) }
        guard try System.status(path)?.isFolder ?? false else { return nil }
        return try RunDescription(folder: path).openData(in: path)
    }
}
