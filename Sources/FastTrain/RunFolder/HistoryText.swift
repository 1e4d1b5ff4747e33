/// The records of a run as JSON text.
///
/// The text made for one save is kept for the next. A run of thousands of epochs that saves after each of them would
/// otherwise format millions of records.
struct HistoryText: Sendable {
    private var records: [EpochRecord] = []
    /// The content of `history.jsonl`: one record per line.
    private(set) var lines = ""
    /// The same records separated by commas.
    private var elements = ""

    /// The JSON array that a checkpoint holds.
    var list: String { "[" + elements + "]" }

    init(_ records: [EpochRecord] = []) { update(records) }

    /// Replaces the records with those of a run. This is fast if `all` begins with the current records.
    mutating func update(_ all: [EpochRecord]) {
        if !all.starts(with: records) { (records, lines, elements) = ([], "", "") }
        for record in all.dropFirst(records.count) {
            let text = record.json.text
            lines += text + "\n"
            elements += (elements.isEmpty ? "" : ",") + text
        }
        records = all
    }
}
