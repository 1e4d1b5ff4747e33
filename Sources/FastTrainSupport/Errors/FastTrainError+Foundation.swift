#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `localizedDescription` is the error's line, in English.
extension FastTrainError: LocalizedError {
    /// The error's line, the same as `description`.
    public var errorDescription: String? { description }
}
