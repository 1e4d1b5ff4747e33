import FastTrain

/// The predictions as CSV text, header first, in pieces. A table's rows are read and predicted as needed.
struct PredictionText {
    private let model: Model
    private let csv: PredictionCSV
    private var table: TableRows?
    /// Predicts the rows of a table, piece by piece.
    private var predictor: Predictor?
    private var source: ModelSource.Rows?
    private let threads: Int?
    private var hasHeader = false
    private var predictions: Predictions?
    /// The row numbers of `predictions`; `nil` means 0, 1, 2 and so on.
    private var rows: [Int]?
    /// The rows of `predictions` that have not been written yet.
    private var pending = 0..<0

    /// The number of a table's rows that are held in memory at once.
    private static let rows = 16_384
    /// The number of lines in a piece.
    private static let lines = 4096

    init(model: Model, csv: PredictionCSV, table: TableRows?, rows: ModelSource.Rows?, threads: Int?) {
        self.model = model
        self.csv = csv
        self.table = table
        source = rows
        self.threads = threads
    }

    /// Returns the next piece, or `nil` at the end. Throws any error of reading and predicting.
    mutating func next() throws(FastTrainError) -> String? {
        if pending.isEmpty {
            guard let (made, numbers) = try predict() else { return nil }
            (predictions, rows, pending) = (made.restored, numbers, 0..<made.count)
        }
        let piece = pending.prefix(Self.lines)
        pending = piece.upperBound..<pending.upperBound
        defer { hasHeader = true }
        return (hasHeader ? "" : csv.header) + csv.lines(predictions!, piece, numbers: rows)
    }

    private mutating func predict() throws(FastTrainError) -> (Predictions, rows: [Int]?)? {
        if let source {
            self.source = nil
            return (try model.predict(source.split, threads: threads), nil)
        }
        guard let (features, numbers) = try table?.next(maxCount: Self.rows) else {
            if let table, table.rowCount == 0 { throw table.nothingToPredict }
            return nil
        }
        let predictor = if let predictor { predictor } else { try Predictor(model) }
        self.predictor = predictor
        return (try predictor.predictions(features, threads: threads), numbers)
    }
}
