extension Monitor {
    /// Returns an epoch's value of the monitor, with the sign of a loss changed so that larger values are better; `nil` if
    /// the epoch has none.
    func figure(_ record: EpochRecord) -> Double? {
        switch self {
        case .validationLoss: record.validationLoss.map { -$0 }
        case .validationScore: record.validationAccuracy ?? record.validationR2
        case .trainLoss: -record.trainLoss
        }
    }
}
