import FastTrainSupport
import Testing

/// Returns the `FastTrainError` that `body` throws, and records an issue if it throws none.
func failure(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, of body: () throws -> Void
) -> FastTrainError {
    do {
        try body()
        Issue.record(comment ?? "nothing was thrown", sourceLocation: sourceLocation)
        return .internalError("nothing was thrown")
    } catch let error as FastTrainError {
        return error
    } catch {
        Issue.record(error, comment, sourceLocation: sourceLocation)
        return .internalError("\(error)")
    }
}

extension FastTrainError {
    /// The position of a `.badData` error.
    var place: Place? {
        if case .badData(_, let place, _, _) = self { return place }
        return nil
    }
}
