import KernelDispatch
import KernelTypes
import Platform

/// Measures the latency of predictions for one row, and the rate of predictions for many, with `Predictor`.
package enum PredictionBenchmark {
    /// The networks to measure: their widths from the inputs to the outputs.
    static let shapes = [[4, 50, 3], [784, 256, 128, 10], [784, 1024, 1024, 10]]
    /// The numbers of rows whose rate is measured, on one thread.
    static let batches = [1, 8, 64, 1024]

    /// The result for one network and one kind of rows.
    package struct Result: Sendable, Equatable {
        /// The widths, such as "784-256-128-10".
        package let network: String
        /// The kind of rows: "dense" for random numbers, "MNIST" for the built-in images, four of five pixels of which
        /// are zero.
        package let rows: String
        /// The instruction set of the kernels.
        package let instructionSet: String
        /// The precision of the factors in matrix products.
        package let precision: Precision
        /// The size in bytes of the weights that a prediction reads if no input is zero.
        package let weightBytes: Int
        /// The median of the seconds that a prediction for one row takes.
        package let median: Double
        /// The 99th percentile of the seconds that a prediction for one row takes.
        package let percentile99: Double
        /// The bytes per second at which one thread reads memory of the weights' size over and over, in the same
        /// process.
        package let bandwidth: Double
        /// The rows per second on one thread, for each number of rows predicted at once.
        package let rates: [Rate]

        /// The seconds that reading all weights takes: the bound for a row without zeros.
        package var bound: Double { Double(weightBytes) / bandwidth }
    }

    /// The rate of predictions on one thread.
    package struct Rate: Sendable, Equatable {
        /// The number of rows that are predicted at once.
        package let batch: Int
        /// The number of rows predicted per second.
        package let rowsPerSecond: Double
    }

    /// Measures all networks.
    ///
    /// - Parameters:
    ///   - seconds: The seconds to measure the latency of each network and kind of rows; the rates take as long again.
    ///   - precision: The precision of the factors in matrix products.
    ///   - progress: Is called with the name of each network before it is measured.
    /// - Throws: `.invalidUse` if `seconds` is not above 0, or for bf16 on a CPU without instructions for it.
    package static func run(
        seconds: Double = 3, precision: Precision = .f32, progress: (String) -> Void = { _ in }
    ) throws(FastTrainError) -> [Result] {
        guard seconds > 0 && seconds.isFinite else {
            throw .invalidSetting(name: "seconds", expected: "a number above 0", found: "\(seconds)")
        }
        let instructionSet = try InstructionSet.chosen(for: precision)
        let sample = try Dataset.mnistSample()
        var results: [Result] = []
        for shape in shapes {
            let model = model(shape, precision)
            progress(model.network.description)
            let predictor = try Predictor(model)
            var kinds = [("dense", denseRows(inputs: shape[0]))]
            if shape[0] == sample.featureCount { kinds.append(("MNIST", images(sample.train))) }
            for (name, rows) in kinds {
                let times = try latencies(predictor, rows, seconds: seconds)
                let rates = try batches.map { count throws(FastTrainError) in
                    let perSecond = try rate(predictor, rows, batch: count, seconds: seconds / Double(batches.count))
                    return Rate(batch: count, rowsPerSecond: perSecond)
                }
                let bytes = model.parameters.count * (precision == .bf16 ? 2 : 4)
                results.append(
                    Result(
                        network: model.network.description, rows: name, instructionSet: instructionSet.rawValue,
                        precision: precision, weightBytes: bytes, median: times[times.count / 2],
                        percentile99: times[times.count * 99 / 100],
                        bandwidth: bandwidth(bytes, instructionSet.kernels), rates: rates))
            }
        }
        return results
    }

    /// Returns a classifier with random weights.
    private static func model(_ shape: [Int], _ precision: Precision) -> Model {
        var recipe = Recipe()
        recipe.hidden = Array(shape.dropFirst().dropLast())
        recipe.loss = .crossEntropy
        recipe.precision = precision
        let network = recipe.network(inputs: shape[0], outputs: shape.last!)
        return Model(
            NetworkDescription(
                recipe: recipe, featureShape: [shape[0]], scale: nil,
                task: .classification(classes: (0..<shape.last!).map(String.init)), preprocessing: nil),
            network.initialParameters(recipe))
    }

    /// The number of different rows. Together they exceed first-level cache.
    private static let rowCount = 1024

    /// Returns random rows without zeros.
    private static func denseRows(inputs: Int) -> [Float] {
        let random = Philox(seed: 1, purpose: .initialWeights)
        return (0..<rowCount * inputs).map { Float(random.block(UInt64($0), stream: 0).x) / 4_294_967_296 - 0.5 }
    }

    /// Returns images as floats from 0 to 1.
    private static func images(_ split: DataSplit) -> [Float] {
        (0..<rowCount).flatMap { row in split.features(of: row).map { Float($0) * (split.scale ?? 1) } }
    }

    /// Returns the seconds that single predictions took, in ascending order.
    private static func latencies(
        _ predictor: Predictor, _ rows: [Float], seconds: Double
    ) throws(FastTrainError) -> [Double] {
        var output = [Float](repeating: 0, count: predictor.outputs)
        var ticks = [UInt64](repeating: 0, count: 1_000_000)
        var measured = 0
        let begin = (seconds: RunClock.now(), ticks: ft_ticks())
        var row = 0
        // The first tenth warms up caches and branch predictors.
        while true {
            let now = RunClock.now() - begin.seconds
            if now >= seconds || measured > ticks.count - 64 { break }
            if now < seconds / 10 { measured = 0 }
            for _ in 0..<64 {
                let features = rows.span.extracting(row * predictor.inputs..<(row + 1) * predictor.inputs)
                var target = output.mutableSpan
                let start = ft_ticks()
                try predictor.predict(features, into: &target)
                ticks[measured] = ft_ticks() - start
                measured += 1
                row = (row + 1) % rowCount
            }
        }
        let secondsPerTick = (RunClock.now() - begin.seconds) / Double(ft_ticks() - begin.ticks)
        return ticks.prefix(max(1, measured)).sorted().map { Double($0) * secondsPerTick }
    }

    /// Returns the rows per second on one thread.
    private static func rate(
        _ predictor: Predictor, _ rows: [Float], batch: Int, seconds: Double
    ) throws(FastTrainError) -> Double {
        var output = [Float](repeating: 0, count: batch * predictor.outputs)
        var predicted = 0
        var row = 0
        let begin = RunClock.now()
        var from = begin
        while true {
            let features = rows.span.extracting(row * predictor.inputs..<(row + batch) * predictor.inputs)
            var target = output.mutableSpan
            try predictor.predict(features, into: &target, threads: 1)
            predicted += batch
            row += batch
            if row + batch > rowCount { row = 0 }
            let now = RunClock.now()
            if from == begin && now - begin > seconds / 10 { (from, predicted) = (now, 0) }
            if from > begin && predicted > 0 && now - begin >= seconds { return Double(predicted) / (now - from) }
        }
    }

    /// Returns the bytes per second at which one thread reads memory of a size over and over: the highest of several
    /// measurements.
    private static func bandwidth(_ bytes: Int, _ kernels: KernelTable) -> Double {
        // A multiple of the numbers that the kernel reads at once.
        let count = (bytes / 4 + 127) & ~127
        let memory = Buffer<Float>(count: count)
        for index in 0..<count { memory.base[index] = 1e-3 }
        let rounds = max(1, (1 << 22) / (count * 4))
        var best = 0.0
        var sum: Float = 0
        for _ in 0..<200 {
            let begin = RunClock.now()
            for _ in 0..<rounds { sum += kernels.sum(memory.base, count: count) }
            best = max(best, Double(rounds * count * 4) / (RunClock.now() - begin))
        }
        precondition(sum.isFinite)
        return best
    }
}
