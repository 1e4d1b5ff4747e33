/// What a range test found: the loss at each learning rate.
public struct RateCurve: Sendable, Equatable {
    /// A step.
    public struct Point: Sendable, Equatable {
        /// Of the learning.
        public let rate: Double
        /// Of its minibatch, before its update.
        public let loss: Double
        /// The mean of this loss and those before, the later the more: over about a twentieth of the steps.
        public let smoothed: Double
    }

    /// What was asked for.
    public let test: RateTest
    /// One for each step that was done.
    public let points: [Point]
    /// Whether the loss exploded before the last step.
    public let isCutShort: Bool
    /// The signal that ended the test.
    public let interrupted: Int32?

    /// The least smoothed loss: at a larger rate it rises. nil if the loss never fell below where it began.
    public var lowest: Point? { lowestIndex.map { points[$0] } }

    /// Where the smoothed loss falls the most for a rise of the rate by a factor. nil if it never fell.
    public var steepest: Point? {
        guard let lowestIndex else { return nil }
        // Over some steps, lest it be told by the noise of one; fewer where the loss explodes after a few.
        let reach = max(1, min(test.steps / 40, lowestIndex / 2))
        let places = reach...max(reach, lowestIndex - reach)
        func slope(_ place: Int) -> Double {
            points[min(place + reach, points.count - 1)].smoothed - points[place - reach].smoothed
        }
        return places.min { slope($0) < slope($1) }.map { points[$0] }
    }

    /// The middle of the longest fall: of the longest row of points, others in between, each lower than that before. As in
    /// fastai, a rate that is safe to take. nil if the loss never fell.
    public var valley: Point? {
        guard lowestIndex != nil else { return nil }
        // For each length the largest loss that a fall of so many points may end at: falling from one to the next.
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
        // Within the first steps the mean is hardly one.
        return index >= points.count / 10 && points[index].smoothed < points[0].smoothed ? index : nil
    }

    /// For programs: the settings, the suggestions (null where there is none), the points.
    public var json: JSON {
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

    /// Writes the curve: as SVG, or as JSON where the name ends in .json.
    ///
    /// Throws `.usage` for a name of another ending, `.cannotCreate` in place of a file of a run or a search, and as
    /// writing files does.
    public func write(to path: String) throws(FastTrainError) {
        try Self.checkOutput(path)
        try AtomicFile.write(path.hasSuffix(".json") ? json.text + "\n" : svg, to: path)
    }

    /// Throws as `write` does, so that this is known before the work is done; and in place of one of `inputs`, the files that
    /// are read for it.
    public static func checkOutput(_ path: String, reading inputs: [String] = []) throws(FastTrainError) {
        guard path.hasSuffix(".svg") || path.hasSuffix(".json") else {
            throw .usage("--output: expected a name that ends in .svg or .json, found \(path)")
        }
        try OutputFile.check(path, reading: inputs)
    }
}
