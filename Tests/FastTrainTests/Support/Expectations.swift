import Foundation
import Testing
import _TestSupport

@testable import FastTrain

func readBytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

func writeBytes(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// Runs `body`, which must throw bad data (exit code 65) in `file` at `place`, and returns what was found there.
@discardableResult
func expectBadData(
    _ file: String, _ place: FastTrainError.Place, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch FastTrainError.badData(let badFile, let badPlace, _, let found) {
        #expect(badFile == file, sourceLocation: sourceLocation)
        #expect(badPlace == place, sourceLocation: sourceLocation)
        return found
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
    return ""
}

/// Runs `body`, which must throw a usage error (exit code 64) with the given line.
func expectUsage<Answer>(
    _ line: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Answer
) {
    let error = #expect(throws: FastTrainError.self, sourceLocation: sourceLocation) { _ = try body() }
    #expect(error?.isUsage == true && error?.description == line, sourceLocation: sourceLocation)
}

/// Checks that damage to a file is detected: every single flipped bit and every truncation.
///
/// - Parameters:
///   - path: The path of the file.
///   - readers: The functions that read it, each of which must report what is wrong.
///   - least: The minimum number of damaged versions to expect.
func expectNoticed(
    _ path: String, least: Int, sourceLocation: SourceLocation = #_sourceLocation, by readers: [() throws -> Void]
) {
    let count = Damage.inflictAll(on: path) { damage in
        for (index, read) in readers.enumerated() {
            do {
                try read()
                Issue.record("\(damage): reader \(index) found nothing wrong", sourceLocation: sourceLocation)
            } catch FastTrainError.badData(path, _, let expected, let found) where expected != found {
                continue
            } catch {
                Issue.record("\(damage): reader \(index) says \(error)", sourceLocation: sourceLocation)
            }
        }
    }
    #expect(count >= least, sourceLocation: sourceLocation)
}

/// Returns the exit code of the error that `body` throws: 0 if it throws none, and -1 if the error is not a
/// `FastTrainError`.
func exitCode(_ body: () throws -> Void) -> Int32 {
    do {
        try body()
        return 0
    } catch {
        return (error as? FastTrainError)?.exitCode ?? -1
    }
}
