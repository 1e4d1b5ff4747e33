/// The progress of a run as recorded in a checkpoint's metadata: its state without the tensors.
struct CheckpointProgress {
    let step: Int
    let lossSum: Double
    let history: [EpochRecord]
    let bestEpoch: Int?
    let hasConverged: Bool
    let seconds: Double

    /// The number of finished epochs.
    var epoch: Int { history.count }

    init(_ state: TrainingState) {
        step = state.step
        lossSum = state.lossSum
        history = state.history
        bestEpoch = state.best?.epoch
        hasConverged = state.hasConverged
        seconds = state.seconds
    }

    /// Returns the metadata entries.
    ///
    /// They are `step`, `epoch` (the number of finished epochs), `loss_sum` (the bits of the Double as 16 hexadecimal
    /// digits), `seconds`, and `history` (an array of the objects that are the lines of `history.jsonl`). `best_epoch`
    /// is present if there is a best epoch, and `converged` if L-BFGS has converged.
    ///
    /// - Parameter history: The text of `self.history`.
    func metadata(_ history: HistoryText) -> [String: String] {
        let digits = String(lossSum.bitPattern, radix: 16)
        var entries = [
            "step": String(step),
            "epoch": String(epoch),
            "loss_sum": String(repeating: "0", count: 16 - digits.count) + digits,
            "seconds": seconds.json.text,
            "history": history.list,
        ]
        if let bestEpoch { entries["best_epoch"] = String(bestEpoch) }
        if hasConverged { entries["converged"] = "true" }
        return entries
    }

    /// Reads the entries that `metadata(_:)` returns. Throws `.badData` that names the entry.
    init(_ metadata: MetadataReader) throws(FastTrainError) {
        step = try metadata.integer("step", from: 0)
        lossSum = try Self.readLossSum(metadata)
        history = try Self.readHistory(metadata)
        seconds = try Self.readSeconds(metadata)
        bestEpoch = metadata.file.metadata["best_epoch"] == nil ? nil : try metadata.integer("best_epoch", from: 1)
        let converged = metadata.file.metadata["converged"]
        guard converged == nil || converged == "true" else {
            throw metadata.fault("converged", expected: "true, or no such entry", found: converged ?? "")
        }
        hasConverged = converged != nil
        let epoch = try metadata.integer("epoch", from: 0)
        guard epoch == history.count else {
            throw metadata.fault(
                "epoch", expected: "\(history.count), the number of records in 'history'", found: "\(epoch)")
        }
        if let fault { throw metadata.fault(fault.entry, expected: fault.expected, found: fault.found) }
    }

    private static func readLossSum(_ metadata: MetadataReader) throws(FastTrainError) -> Double {
        let digits = try metadata.text("loss_sum")
        guard digits.utf8.count == 16, let bits = UInt64(digits, radix: 16) else {
            throw metadata.fault("loss_sum", expected: "16 hexadecimal digits", found: digits)
        }
        return Double(bitPattern: bits)
    }

    private static func readSeconds(_ metadata: MetadataReader) throws(FastTrainError) -> Double {
        let text = try metadata.text("seconds")
        guard let seconds = Double(text), seconds >= 0, seconds.isFinite else {
            throw metadata.fault("seconds", expected: "a finite number of at least 0", found: text)
        }
        return seconds
    }

    private static func readHistory(_ metadata: MetadataReader) throws(FastTrainError) -> [EpochRecord] {
        let json = try metadata.json("history")
        guard case .array(let elements) = json else {
            throw metadata.fault("history", expected: "a list", found: json.excerpt)
        }
        var records: [EpochRecord] = []
        for (index, element) in elements.enumerated() {
            let place = FastTrainError.Place.named("history[\(index)]")
            records.append(try EpochRecord(json: element, file: metadata.file.name, place: place))
        }
        return records
    }

    /// The first contradiction in the progress, or `nil` if a run can have made it.
    ///
    /// Epochs must be numbered from 1 and have equal numbers of steps, and `step` must lie within the epoch that
    /// follows the finished ones.
    var fault: (entry: String, expected: String, found: String)? {
        let stepsPerEpoch = history.first?.step ?? 0
        for (index, record) in history.enumerated() {
            guard record.epoch == index + 1 else {
                return ("history[\(index)].epoch", "\(index + 1)", "\(record.epoch)")
            }
            let (expected, overflow) = stepsPerEpoch.multipliedReportingOverflow(by: record.epoch)
            guard stepsPerEpoch > 0, !overflow, record.step == expected else {
                return ("history[\(index)].step", "\(max(expected, 1))", "\(record.step)")
            }
        }
        if let last = history.last {
            let (end, overflow) = last.step.addingReportingOverflow(stepsPerEpoch)
            guard !overflow, step >= last.step, step < end else {
                let expected = "from \(last.step) to below \(overflow ? Int.max : end) with \(epoch) finished epochs"
                return ("step", expected, "\(step)")
            }
        }
        if let bestEpoch, !(1...max(epoch, 1)).contains(bestEpoch) || epoch == 0 {
            return ("best_epoch", "one of the \(epoch) finished epochs", "\(bestEpoch)")
        }
        return nil
    }
}
