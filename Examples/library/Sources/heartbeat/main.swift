import FastTrain
import Foundation

// Four trainings in the background of a program of tasks. A heartbeat task that sleeps for 10 ms at a time shows that
// they leave Swift's threads free: the figures are the times between two beats.
//
//     heartbeat [TRAININGS [THREADS [EPOCHS]]]
let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let trainings = numbers.first ?? 4
let threads = numbers.dropFirst().first ?? ProcessInfo.processInfo.activeProcessorCount
let epochs = numbers.dropFirst(2).first ?? 30

/// Measures the times between beats until it is cancelled, and returns them in milliseconds.
func heartbeat() -> Task<[Double], Never> {
    Task {
        let clock = ContinuousClock()
        var gaps: [Double] = []
        var last = clock.now
        while (try? await Task.sleep(for: .milliseconds(10))) != nil {
            let now = clock.now
            gaps.append((now - last) / .milliseconds(1))
            last = now
        }
        return gaps
    }
}

/// Prints the median, the 99th percentile and the longest of some gaps.
func report(_ name: String, _ gaps: [Double]) {
    let sorted = gaps.sorted()
    func text(_ share: Double) -> String {
        let hundredths = Int((sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
    }
    guard !sorted.isEmpty else { return }
    print("\(name): \(gaps.count) beats, median \(text(0.5)), 99% within \(text(0.99)), longest \(text(1))")
}

/// The seconds of CPU time that this process has used.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

let data = try Dataset.mnistSample()
var recipe = Recipe()
recipe.epochs = epochs

var beats = heartbeat()
try await Task.sleep(for: .seconds(1))
beats.cancel()
report("alone", await beats.value)

let cpus = ProcessInfo.processInfo.activeProcessorCount
print("\(trainings) trainings of \(epochs) epochs on \(threads) threads each, on \(cpus) CPUs")
beats = heartbeat()
var jobs: [TrainingJob] = []
for number in 0..<trainings {
    recipe.seed = UInt64(number)
    jobs.append(try Training(recipe, on: data, options: RunOptions(threads: threads)).start())
}
for job in jobs { _ = try await job.outcome }
beats.cancel()
report("beside them", await beats.value)

// A paused run uses no CPU time.
recipe.epochs = 100_000
let paused = try Training(recipe, on: data, options: RunOptions(threads: threads)).start()
await paused.pause()
let before = processorSeconds()
try await Task.sleep(for: .seconds(1))
let used = Int(((processorSeconds() - before) * 1000).rounded())
print("paused: \(used) ms of CPU time in a second")
paused.stop()
print("stopped: \(try await paused.outcome.ending)")
