extension EpochRecord {
    /// The record as an object of `history.jsonl`. Numbers are written exactly, and values that are `nil` are left out.
    package var json: JSON {
        var members = [
            JSON.Member("epoch", epoch.json),
            JSON.Member("step", step.json),
            JSON.Member("train_loss", trainLoss.json),
        ]
        if let validationLoss { members.append(JSON.Member("validation_loss", validationLoss.json)) }
        if let validationAccuracy { members.append(JSON.Member("validation_accuracy", validationAccuracy.json)) }
        if let validationR2 { members.append(JSON.Member("validation_r2", validationR2.json)) }
        members += [
            JSON.Member("learning_rate", learningRate.json),
            JSON.Member("samples_per_second", samplesPerSecond.json),
            JSON.Member("seconds", seconds.json),
        ]
        return .object(members)
    }

    /// Reads an object that `json` wrote. Throws `.badData` that names the member.
    init(json: JSON, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: place)
        self.init(
            epoch: try reader.take("epoch"),
            step: try reader.take("step"),
            trainLoss: try reader.take("train_loss"),
            validationLoss: try reader.take("validation_loss"),
            validationAccuracy: try reader.take("validation_accuracy"),
            validationR2: try reader.take("validation_r2"),
            learningRate: try reader.take("learning_rate"),
            samplesPerSecond: try reader.take("samples_per_second"),
            seconds: try reader.take("seconds"))
        try reader.finish()
    }
}

/// The coded form is a line of `history.jsonl`: the same names and values.
extension EpochRecord: Codable {
    /// Reads a record.
    ///
    /// - Throws: `DecodingError.dataCorrupted` with one line that names the member which is missing, unknown or of the
    ///   wrong type.
    public init(from decoder: any Decoder) throws {
        self = try CodableJSON.read(from: decoder) { json throws(FastTrainError) in
            try EpochRecord(json: json, file: "the record", place: .file)
        }
    }

    /// Writes the record. Numbers are exact to the bit.
    public func encode(to encoder: any Encoder) throws { try CodableJSON(json).encode(to: encoder) }
}
