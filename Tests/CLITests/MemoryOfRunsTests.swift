import Foundation
import Testing

@_spi(Benchmarks) @testable import FastTrain

/// The estimate of a run's memory against the peak of that run.
@Suite(.serialized) struct MemoryOfRunsTests {
    private static let networks: [String] = [
        #"{"hidden": [8], "batch_size": 16, "epochs": 1}"#, #"{"hidden": [512, 512], "epochs": 1}"#,
        #"{"hidden": [512, 512], "normalization": "batch", "epochs": 1}"#,
        #"{"hidden": [64], "optimizer": "lbfgs", "epochs": 12}"#,
    ]

    @Test(arguments: networks, TestScope.isLong ? [1, 2, 8, 64, 256, 1000] : [1, 2, 64])
    func estimateIsWithinAQuarterOfThePeak(settings: String, threads: Int) throws {
        let folder = try TemporaryFolder()
        let file = folder.path("settings.json")
        try settings.write(toFile: file, atomically: true, encoding: .utf8)
        let data = try Dataset.mnistSample()
        let recipe = try RunConfiguration(path: file).recipe().resolved(for: data)
        let need = MemoryNeed(
            recipe, on: data,
            density: FeatureDensity(data.train, width: data.featureCount), threads: threads,
            kernels: try InstructionSet.chosen().kernels, isSaved: true)
        // With 64 threads, one run in twenty takes up to 6 MB more than the others.
        var peaks: [Double] = []
        var isClose = false
        while !isClose, peaks.count < 3 {
            let run = folder.path("run-\(peaks.count)")
            let peak = try peak(
                ["train", "--config", file, "--threads", "\(threads)", "--output", run, "--quiet"],
                whenThereIs: run + "/report.html")
            peaks.append(peak / 1e6)
            isClose = (0.8...1.25).contains(need.resident / peak)
        }
        #expect(isClose, "\(need.resident / 1e6) MB, peaks \(peaks) MB")
    }

    /// Runs the program and returns the largest number of bytes that it had in memory.
    ///
    /// - Parameters:
    ///   - arguments: The program's arguments.
    ///   - file: The last file that it writes. It then waits with its result until there is room in a full pipe.
    private func peak(_ arguments: [String], whenThereIs file: String) throws -> Double {
        let pipe = Pipe()
        let writing = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        while write(writing, [UInt8](repeating: 0, count: 4096), 4096) > 0 {}
        let process = Process()
        process.executableURL = TestScope.release.map { URL(fileURLWithPath: $0) } ?? Fasttrain.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["FASTTRAIN_PLAN": "fixed"]) { $1 }
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !FileManager.default.fileExists(atPath: file) { usleep(1000) }
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        try? pipe.fileHandleForWriting.close()
        _ = try pipe.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Double(line.split(separator: " ")[1])) * 1024
    }
}
