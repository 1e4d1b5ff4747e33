import Foundation

/// The default number of threads of a run.
public let usableThreads = ProcessInfo.processInfo.activeProcessorCount
