import Foundation
import Testing

@testable import FastTrain

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
        let peak = try peak([
            "train", "--config", file, "--threads", "\(threads)", "--output", folder.path("run"), "--quiet",
        ])
        #expect((0.8...1.25).contains(need.resident / peak), "\(need.resident / 1e6) MB, peak \(peak / 1e6) MB")
    }

    /// Runs the program and returns the largest number of bytes that it had in memory.
    private func peak(_ arguments: [String]) throws -> Double {
        let path = TestScope.release ?? Fasttrain.binary.path
        var strings = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var process = pid_t()
        #expect(posix_spawn(&process, path, nil, nil, &strings, environ) == 0)
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
        #expect(status == 0)
        return Double(usage.ru_maxrss) * 1024
    }
}
