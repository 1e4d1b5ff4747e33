import FastTrain

extension FastTrainError {
    /// The error in the words of the command line: `--learning-rate` for `learningRate`.
    var asTyped: FastTrainError { naming(Self.options) }

    /// The option for each property that the library names in its errors.
    private static let options: [String: String] = {
        var options = [
            "threads": "--threads", "output": "--output", "checkpointEvery": "--checkpoint-every",
            "initial": "--init", "maxTime": "--max-time", "tensorBoard": "--tensorboard", "data": "--data",
            "method": "--method", "trials": "--trials", "folds": "--folds", "finalEpochs": "--final-epochs",
            "time": "--time", "from": "--from", "to": "--to", "steps": "--steps", "path": "--output",
            "grid": "--grid", "xRange": "--x-range", "yRange": "--y-range", "target": "--target",
            "workload": "--workload", "seconds": "--seconds", "delimiter": "--delimiter",
            "hasHeader = false": "--no-header", "unknown": "--unknown",
            "SeriesOptions.test": "fasttrain-data series --test",
            "TableOptions.targetScale": "fasttrain-data csv --scale-target",
        ]
        for setting in Recipe.settings { options[setting.property] = setting.option }
        return options
    }()
}
