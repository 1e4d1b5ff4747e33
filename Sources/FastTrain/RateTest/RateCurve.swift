/// The result of a learning-rate range test: the loss at each learning rate.
package struct RateCurve: Sendable, Equatable {
    /// The result of one step.
    package struct Point: Sendable, Equatable {
        /// The learning rate of the step.
        package let rate: Double
        /// The loss of the step's minibatch before the update.
        package let loss: Double
        /// The exponentially weighted mean of the losses up to this step, over about a twentieth of all steps.
        package let smoothed: Double
    }

    /// The settings of the test.
    package let test: RateTest
    /// The points, one for each finished step.
    package let points: [Point]
    /// Whether the test ended early because the loss exploded.
    package let isCutShort: Bool
    /// Whether `stop` ended the test early.
    package let isInterrupted: Bool

    /// The point with the lowest smoothed loss, beyond which the loss rises; `nil` if the loss never fell below its
    /// start.
    package var lowest: Point? { lowestIndex.map { points[$0] } }

    /// The point where the smoothed loss falls fastest per factor of the rate; `nil` if it never fell.
    package var steepest: Point? {
        guard let lowestIndex else { return nil }
        // The slope is taken over several steps so that the noise of one does not decide; over fewer if the loss
        // exploded after a few.
        let reach = max(1, min(test.steps / 40, lowestIndex / 2))
        let places = reach...max(reach, lowestIndex - reach)
        func slope(_ place: Int) -> Double {
            points[min(place + reach, points.count - 1)].smoothed - points[place - reach].smoothed
        }
        return places.min { slope($0) < slope($1) }.map { points[$0] }
    }

    /// The middle of the longest fall, which, as in fastai, is a rate that is safe to use; `nil` if the loss never
    /// fell.
    ///
    /// The longest fall is the longest decreasing subsequence of the smoothed losses.
    package var valley: Point? {
        guard lowestIndex != nil else { return nil }
        // For each length, the highest loss that a fall of that length can end at. The losses decrease with the length.
        var ends: [Double] = []
        var longest = (length: 0, end: 0)
        for (index, point) in points.enumerated() {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] > point.smoothed { low = middle + 1 } else { high = middle }
            }
            if low == ends.count { ends.append(point.smoothed) } else { ends[low] = point.smoothed }
            if low + 1 > longest.length { longest = (low + 1, index) }
        }
        return points[longest.end - longest.length / 2]
    }

    private var lowestIndex: Int? {
        guard let index = points.indices.min(by: { points[$0].smoothed < points[$1].smoothed }) else { return nil }
        // The mean over the first few steps is too noisy.
        return index >= points.count / 10 && points[index].smoothed < points[0].smoothed ? index : nil
    }

    /// The settings, the suggestions (`null` if there is none) and the points as JSON.
    package var json: JSON {
        func json(_ point: Point?) -> JSON {
            point.map {
                .object([.init("learning_rate", .number($0.rate)), .init("loss", .number($0.smoothed))])
            } ?? .null
        }
        return .object([
            .init("from", .number(test.from)), .init("to", .number(test.to)), .init("steps", .integer(test.steps)),
            .init("steps_done", .integer(points.count)), .init("exploded", .bool(isCutShort)),
            .init("suggestion", valley.map { .number($0.rate) } ?? .null), .init("valley", json(valley)),
            .init("steepest", json(steepest)), .init("lowest", json(lowest)),
            .init("learning_rates", .array(points.map { .number($0.rate) })),
            .init("losses", .array(points.map { .number($0.loss) })),
            .init("smoothed_losses", .array(points.map { .number($0.smoothed) })),
        ])
    }

    /// Writes the curve as SVG, or as JSON if the name ends in .json.
    ///
    /// - Throws: `.invalidSetting` if the name ends in neither .svg nor .json; `.cannotCreate` if the file would
    ///   replace a file of a run or search, and any error of writing files.
    package func write(to path: String) throws(FastTrainError) {
        try Self.checkOutput(path)
        try AtomicFile.write(path.hasSuffix(".json") ? json.text + "\n" : svg, to: path)
    }

    /// Checks that the curve can be written to a path, before the test runs.
    ///
    /// - Parameters:
    ///   - path: The path of the output file.
    ///   - inputs: The files that are read, which must not be replaced.
    /// - Throws: The errors of `write(to:)` that can be detected in advance; `.cannotCreate` if `path` is one of
    ///   `inputs`.
    package static func checkOutput(_ path: String, reading inputs: [String] = []) throws(FastTrainError) {
        guard path.hasSuffix(".svg") || path.hasSuffix(".json") else {
            throw .invalidSetting(name: "path", expected: "a name that ends in .svg or .json", found: "\(path)")
        }
        try OutputFile.check(path, reading: inputs)
    }
}
