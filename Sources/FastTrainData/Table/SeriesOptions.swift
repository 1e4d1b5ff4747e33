/// The settings of `fasttrain-data series`: how a time series becomes a data set.
package struct SeriesOptions: Sendable {
    /// The column to forecast.
    package var target: String
    /// The columns to forecast from. If empty, the target is forecast from its own past.
    package var columns: [String] = []
    /// The rows that a forecast is made from.
    package var window: Preprocessing.Window
    /// The share of windows held out for testing, in 0..<1. They are the last windows; 0 means none.
    package var test = 0.2
    /// How numbers are scaled to features.
    package var scale = TableOptions.Scaling.standard
    /// How numbers to forecast are scaled to targets.
    package var targetScale = TableOptions.Scaling.standard
    /// The format of the file, or `nil` to derive it from the file name.
    package var format: CSVFormat?

    /// Creates the default settings for forecasting `target`, `window.horizon` rows ahead.
    package init(target: String, window: Preprocessing.Window) {
        self.target = target
        self.window = window
    }
}
