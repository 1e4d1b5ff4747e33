import Testing

@testable import FastTrainPictures

/// Charts of the numbers that a diverging network produces.
@Suite struct ChartTests {
    private static let diverging: [[Double]] = [
        [], [.nan], [.infinity, -.infinity], [1, .nan, 2, .infinity], [1.7e308, -1.7e308], [5e-324, 1e300, 1e308],
        [1e20, 1e20.nextUp], [0, 5e-324], [-1e300, 1e300], [1e-300, 1e299, 1],
    ]

    private func expectSound(_ markup: Markup) {
        // Attributes are the parts between quotes.
        for (index, part) in markup.text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            #expect(index % 2 == 0 || !part.contains("nan") && !part.contains("inf"), "\(part)")
        }
    }

    @Test(arguments: diverging)
    func scatterChart(values: [Double]) {
        var page = Markup()
        let points = zip(values, values.reversed()).map { (x: $0, y: $1) }
        ScatterChart(points, xName: "x", yName: "y", label: "points").draw(&page)
        expectSound(page)
    }

    @Test(arguments: diverging)
    func histogram(values: [Double]) {
        var page = Markup()
        let histogram = Histogram(values, xName: "x", label: "counts")
        histogram.draw(&page)
        expectSound(page)
        #expect(histogram.bins(in: Plot.range(values)).reduce(0, +) == values.count { !$0.isNaN })
    }

    @Test(arguments: diverging)
    func lineChart(values: [Double]) {
        var page = Markup()
        let points = values.enumerated().map { (x: Double($0.offset), y: $0.element) }
        var chart = LineChart([.init("loss", style: "training", points)], xName: "epoch", label: "loss")
        chart.mayBeLogarithmic = true
        chart.reference = ("test", -.infinity)
        chart.draw(&page)
        expectSound(page)
    }

    @Test func relativePositions() {
        #expect([-1, 0, 1, 4, 5, .infinity, -.infinity, .nan].map((0...4).share) == [0, 0, 0.25, 1, 1, 1, 0, 0])
        #expect((-1.7e308...1.7e308).share(0) == 0)
        #expect(ClosedRange(spanning: [.nan, .infinity, 1e308]) == nil)
        #expect(ClosedRange(spanning: [2, .nan, 1, -.infinity]) == 1...2)
    }
}
