import ArgumentParser

/// A range of numbers on the command line, such as "-1,1".
struct AxisRange: ExpressibleByArgument {
    var bounds: ClosedRange<Double>

    init?(argument: String) {
        guard let ends = [Double](optionText: argument), ends.count == 2, ends.allSatisfy(\.isFinite),
            ends[0] < ends[1]
        else { return nil }
        bounds = ends[0]...ends[1]
    }
}
