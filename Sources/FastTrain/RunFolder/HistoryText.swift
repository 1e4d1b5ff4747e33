/// The records of a run as JSON. What was made text for one save is kept for the next: a run of thousands of epochs that is
/// saved after each would make millions.
struct HistoryText: Sendable {
    private var records: [EpochRecord] = []
    /// As `history.jsonl` has them: one on each line.
    private(set) var lines = ""
    /// The same with commas between them.
    private var elements = ""

    /// As a checkpoint has them.
    var list: String { "[" + elements + "]" }

    init(_ records: [EpochRecord] = []) { update(records) }

    /// Takes over the records of a run, mostly those that it has and a new one.
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
