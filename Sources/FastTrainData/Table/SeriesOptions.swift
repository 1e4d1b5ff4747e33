/// The settings of `fasttrain-data series`: how a time series becomes a data set.
public struct SeriesOptions: Sendable {
    /// The column to forecast.
    public var target: String
    /// The columns to forecast from. If empty, the target is forecast from its own past.
    public var columns: [String] = []
    /// The rows that a forecast is made from.
    public var window: Preprocessing.Window
    /// The share of windows held out for testing, in 0..<1. They are the last windows; 0 means none.
    public var test = 0.2
    /// How numbers are scaled to features.
    public var scale = TableOptions.Scaling.standard
    /// How numbers to forecast are scaled to targets.
    public var targetScale = TableOptions.Scaling.standard
    /// The format of the file, or `nil` to derive it from the file name.
    public var format: CSVFormat?

    /// Creates the default settings for forecasting `target`, `window.horizon` rows ahead.
    public init(target: String, window: Preprocessing.Window) {
        self.target = target
        self.window = window
    }
}
