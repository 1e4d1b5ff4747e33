import Foundation
import Testing

@testable import FastTrain

/// The bytes of event files. Tests/Python/check_tensorboard.py tests how TensorBoard itself reads them.
@Suite struct TensorBoardTests {
    private let scratch = ScratchFolder()

    @Test func firstRecordOfAFile() {
        let event = EventMessage(wallTime: 1.5, step: 0, content: .fileVersion)
        let content: [UInt8] =
            [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0, 0x1A, 13] + Array("brain.Event:2".utf8)
        #expect(event.encoded == content)
        let record = EventFile.record(content)
        #expect(Array(record[0..<8]) == [26, 0, 0, 0, 0, 0, 0, 0])
        #expect(Array(record[12..<38]) == content)
        #expect(record.count == 8 + 4 + 26 + 4)
    }

    @Test func scalarsInARecord() {
        let event = EventMessage(wallTime: 0, step: 300, content: .scalars([("loss", 0.5), ("é", -2)]))
        let loss: [UInt8] = [0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
        let second: [UInt8] = [0x0A, 2, 0xC3, 0xA9, 0x15, 0, 0, 0, 0xC0]
        let summary = [0x0A, UInt8(loss.count)] + loss + [0x0A, UInt8(second.count)] + second
        #expect(
            event.encoded == [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0xAC, 0x02, 0x2A, UInt8(summary.count)] + summary)
        let restart = EventMessage(wallTime: 0, step: 7, content: .restart)
        #expect(restart.encoded == [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 7, 0x3A, 2, 0x08, 1])
    }

    /// Checksums of a record that TensorFlow wrote. The length of an empty one has the checksum 0x78DAC02E…, rotated
    /// and shifted.
    @Test func maskedChecksums() {
        // Computed by the definition from the checksum of "123456789" (0xE3069283).
        let record = EventFile.record(Array("123456789".utf8))
        let check: UInt32 = (0xE306_9283 >> 15 | 0xE306_9283 << 17) &+ 0xA282_EAD8
        #expect(Array(record.suffix(4)) == littleEndian(check))
    }

    private func train(_ name: String, epochs: Int = 3, _ change: (inout Recipe) -> Void = { _ in }) throws -> Outcome {
        var recipe = Recipe()
        recipe.hidden = [4]
        recipe.batchSize = 16
        recipe.epochs = epochs
        change(&recipe)
        let data = try SmallData.classes(rows: 80)
        let options = RunOptions(threads: 1, output: scratch.file("run"), tensorBoard: scratch.file(name))
        return try Training(recipe, on: data, options: options).train()
    }

    private func files(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: scratch.file(folder))) ?? []).sorted()
            .map { scratch.file(folder) + "/" + $0 }
    }

    /// Returns the contents of the records after verifying their checksums.
    private func records(_ path: String) throws -> [[UInt8]] {
        var bytes = try readBytes(path)[...]
        var contents: [[UInt8]] = []
        while !bytes.isEmpty {
            let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let record = Array(bytes.prefix(16 + length))
            let content = Array(record[12..<12 + length])
            #expect(EventFile.record(content) == record)
            contents.append(content)
            bytes = bytes.dropFirst(record.count)
        }
        return contents
    }

    /// Returns the records without their times.
    private func events(_ path: String) throws -> [[UInt8]] { try records(path).map { Array($0.dropFirst(9)) } }

    private func expected(_ step: Int, _ content: EventMessage.Content) -> [UInt8] {
        Array(EventMessage(wallTime: 0, step: step, content: content).encoded.dropFirst(9))
    }

    private func training(_ record: EpochRecord) -> [UInt8] {
        expected(
            record.epoch,
            .scalars([
                ("loss", Float(record.trainLoss)), ("learning_rate", Float(record.learningRate)),
                ("samples_per_second", Float(record.samplesPerSecond)),
            ]))
    }

    private func validation(_ record: EpochRecord) -> [UInt8] {
        expected(
            record.epoch,
            .scalars([("loss", Float(record.validationLoss!)), ("accuracy", Float(record.validationAccuracy!))]))
    }

    @Test func allEpochsOfARun() throws {
        let outcome = try train("logs")
        let version = expected(0, .fileVersion)
        let trained = files("logs/training")
        #expect(trained.count == 1)
        #expect(try events(trained[0]) == [version] + outcome.history.map(training))
        let validated = files("logs/validation")
        #expect(try validated.map(events) == [[version] + outcome.history.map(validation)])
        // The times are those of the epochs, in order.
        let times = try records(trained[0]).map { content in
            Double(bitPattern: content[1..<9].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        #expect(times == times.sorted() && times[0] > 1.7e9)
    }

    @Test func withoutValidation() throws {
        let outcome = try train("logs") { $0.validation = 0 }
        #expect(try events(files("logs/training")[0]).dropFirst() == ArraySlice(outcome.history.map(training)))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.file("logs")).sorted() == [
                "events.lock", "training",
            ])
    }

    @Test func aResumedRunWritesANewFile() throws {
        _ = try train("logs")
        let run = scratch.file("run")
        let outcome = try Training.resume(
            run, epochs: 5, threads: 1, data: SmallData.classes(rows: 80), tensorBoard: scratch.file("logs")
        ).train()
        let trained = files("logs/training")
        #expect(trained.count == 2)
        #expect(try events(trained[0]) == [expected(0, .fileVersion)] + outcome.history[..<3].map(training))
        #expect(
            try events(trained[1]) == [expected(0, .fileVersion), expected(1, .restart)]
                + outcome.history.map(training))
        #expect(try events(files("logs/validation")[1]).count == 7)
    }

    @Test func aResumedRunWritesEarlierEpochs() throws {
        _ = try train("logs")
        let outcome = try Training.resume(
            scratch.file("run"), epochs: 5, threads: 1, data: SmallData.classes(rows: 80),
            tensorBoard: scratch.file("other")
        ).train()
        let trained = files("other/training")
        #expect(try trained.map(events) == [[expected(0, .fileVersion)] + outcome.history.map(training)])
    }

    /// A process can be killed after creating one of the two files, or while writing one.
    @Test func aMissingFileIsWrittenCompletely() throws {
        _ = try train("logs")
        for file in files("logs/validation") { try FileManager.default.removeItem(atPath: file) }
        let partial = scratch.file("logs/training/.fasttrain-1-0.partial")
        try writeBytes([1], to: partial)
        let outcome = try Training.resume(
            scratch.file("run"), epochs: 5, threads: 1, data: SmallData.classes(rows: 80),
            tensorBoard: scratch.file("logs")
        ).train()
        #expect(try events(files("logs/training")[1]).count == 7)
        let validated = files("logs/validation")
        #expect(try validated.map(events) == [[expected(0, .fileVersion)] + outcome.history.map(validation)])
        #expect(!FileManager.default.fileExists(atPath: partial))
    }

    /// A name that no clock can produce is ignored when the next name is chosen.
    @Test func namesThatNoClockProducesAreIgnored() throws {
        _ = try train("logs")
        let strange = scratch.file("logs/training/events.out.tfevents.\(Int.max).fasttrain")
        try writeBytes([], to: strange)
        _ = try Training.resume(
            scratch.file("run"), epochs: 4, threads: 1, data: SmallData.classes(rows: 80),
            tensorBoard: scratch.file("logs")
        ).train()
        #expect(files("logs/training").count == 3)
        #expect(try readBytes(strange).isEmpty)
    }

    @Test func eventsInTheRunFolder() throws {
        let run = scratch.file("run")
        let data = try SmallData.classes(rows: 80)
        func options() -> RunOptions { RunOptions(output: run, tensorBoard: run) }
        var recipe = Recipe()
        recipe.epochs = 2
        do { _ = try Training(recipe, on: data, options: options()).train() }
        let outcome = try Training.resume(run, epochs: 3, data: data, tensorBoard: run).train()
        #expect(outcome.history.count == 3)
        #expect(files("run/training").count == 2)
    }

    @Test func twoRunsInOneFolder() throws {
        let data = try SmallData.classes(rows: 80)
        let first = try Training(Recipe(), on: data, options: RunOptions(tensorBoard: scratch.file("logs")))
        #expect(throws: FastTrainError.folderInUse(path: scratch.file("logs"), holder: getpid())) {
            try Training(Recipe(), on: data, options: RunOptions(tensorBoard: scratch.file("logs")))
        }
        extendLifetime(first)
    }

    @Test func refusals() throws {
        _ = try train("logs")
        let data = try SmallData.classes(rows: 80)
        let again = #expect(throws: FastTrainError.self) {
            try Training(Recipe(), on: data, options: RunOptions(tensorBoard: scratch.file("logs")))
        }
        #expect(again?.exitCode == 73)
        #expect(
            again?.description
                == "\(scratch.file("logs")): cannot create: holds the events of another run (`tensorBoard`); "
                + "choose another folder")
        let file = #expect(throws: FastTrainError.self) {
            try Training(Recipe(), on: data, options: RunOptions(tensorBoard: scratch.file("run/recipe.json")))
        }
        #expect(file?.description == "\(scratch.file("run/recipe.json")): cannot create: is not a folder")
        expectUsage("tensorBoard: expected a folder, found none") {
            try Training(Recipe(), on: data, options: RunOptions(tensorBoard: ""))
        }
    }
}
