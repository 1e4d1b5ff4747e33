import FastTrainData

extension FastTrainError {
    /// The error in the words of the command line: `--ignore` for `ignored`.
    var asTyped: FastTrainError { naming(Self.options) }

    /// The option for each property that the library names in its errors.
    private static let options = [
        "targets": "--target", "task": "--task", "categorical": "--categorical", "ignored": "--ignore",
        "weights": "--weights", "targetScale": "--scale-target", "missing": "--missing", "test": "--test",
        "testFile": "--test-file", "unknown": "--unknown", "target": "--column", "columns": "--columns",
        "window.length": "--window", "window.horizon": "--horizon", "delimiter": "--delimiter",
        "hasHeader = false": "--no-header",
    ]
}
