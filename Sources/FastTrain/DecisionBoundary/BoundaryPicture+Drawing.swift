import FastTrainPictures

extension BoundaryPicture {
    /// The side of the plane in pixels: six for each of the 100 steps between 101 points.
    private static let side = 601
    private static let left = 92
    private static let bottom = 66
    private static let legendLine = 26
    private static let textScale = 2

    func drawn() -> Canvas {
        let legend = legendLines()
        let top = 20 + max(1, legend.count) * Self.legendLine
        let right = isNumber ? 128 : 28
        let columns = Self.left..<Self.left + Self.side
        let rows = top..<top + Self.side
        var canvas = Canvas(width: columns.upperBound + right, height: rows.upperBound + Self.bottom)
        paintPlane(&canvas, columns, rows)
        drawPoints(&canvas, columns, rows)
        // Cut off whatever reaches beyond the plane.
        canvas.fill(x: 0..<canvas.width, y: 0..<rows.lowerBound, .white)
        canvas.fill(x: 0..<canvas.width, y: rows.upperBound..<canvas.height, .white)
        canvas.fill(x: 0..<columns.lowerBound, y: 0..<canvas.height, .white)
        canvas.fill(x: columns.upperBound..<canvas.width, y: 0..<canvas.height, .white)
        canvas.frame(x: columns, y: rows, .ink)
        drawAxes(&canvas, columns, rows)
        for (index, line) in legend.enumerated() {
            draw(line, on: &canvas, y: 12 + index * Self.legendLine)
        }
        if isNumber { drawColorBar(&canvas, x: columns.upperBound + 24, rows) }
        return canvas
    }

    private var isNumber: Bool { if case .regression = model.task { true } else { false } }

    /// The value range of the color scale for regression, which covers the plane and the points.
    private var valueRange: ClosedRange<Double> {
        guard let span = ClosedRange(spanning: survey.values(output: output) + points.map(\.value)) else {
            return 0...1
        }
        return span.upperBound > span.lowerBound ? span : span.lowerBound - 1...span.upperBound + 1
    }

    // MARK: - The plane

    private func paintPlane(_ canvas: inout Canvas, _ columns: Range<Int>, _ rows: Range<Int>) {
        let values = valueRange
        var classes: [Int] = []
        for row in rows {
            for column in columns {
                let outputs = survey.outputs(
                    atX: Double(column - columns.lowerBound) / Double(Self.side - 1),
                    y: 1 - Double(row - rows.lowerBound) / Double(Self.side - 1))
                if isNumber {
                    canvas.blend(column, row, .ramp(values.share(outputs[output])))
                    continue
                }
                let best = outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0
                classes.append(best)
                canvas.blend(column, row, model.hasProbabilities ? Self.blend(outputs) : Self.tint(best, 0.4))
            }
        }
        if !isNumber { drawBoundaries(of: classes, on: &canvas, columns, rows) }
    }

    /// Draws a line two pixels wide where the predicted class changes.
    ///
    /// - Parameters:
    ///   - classes: The predicted class of each pixel of the plane.
    ///   - canvas: The canvas.
    ///   - columns: The canvas columns of the plane.
    ///   - rows: The canvas rows of the plane.
    private func drawBoundaries(
        of classes: [Int], on canvas: inout Canvas, _ columns: Range<Int>, _ rows: Range<Int>
    ) {
        for y in 1..<Self.side - 1 {
            for x in 1..<Self.side - 1 {
                let place = y * Self.side + x
                let around = [place - 1, place + 1, place - Self.side, place + Self.side]
                if around.contains(where: { classes[$0] != classes[place] }) {
                    canvas.blend(columns.lowerBound + x, rows.lowerBound + y, .ink, 0.75)
                }
            }
        }
    }

    /// Returns white mixed with a fraction of a class's color.
    private static func tint(_ index: Int, _ share: Double) -> PixelColor {
        PixelColor.white.mixed(.category(index), share)
    }

    /// Returns the classes' colors mixed by their probabilities, paler where no class is likely.
    private static func blend(_ probabilities: [Double]) -> PixelColor {
        let chance = 1 / Double(probabilities.count)
        let certainty = max(0, ((probabilities.max() ?? 0) - chance) / max(1 - chance, 1e-9))
        var color = (0.0, 0.0, 0.0)
        for (index, probability) in probabilities.enumerated() {
            let category = PixelColor.category(index)
            color.0 += probability * Double(category.red)
            color.1 += probability * Double(category.green)
            color.2 += probability * Double(category.blue)
        }
        // An output that is not finite makes the other probabilities NaN; such points are white.
        func channel(_ value: Double) -> UInt8 { value.isNaN ? 255 : UInt8(min(max(value.rounded(), 0), 255)) }
        return PixelColor.white.mixed(
            PixelColor(channel(color.0), channel(color.1), channel(color.2)), 0.1 + 0.5 * certainty)
    }

    private func drawPoints(_ canvas: inout Canvas, _ columns: Range<Int>, _ rows: Range<Int>) {
        let values = valueRange
        let radius = points.count <= 300 ? 6.0 : points.count <= 1500 ? 4.5 : 3
        for point in points {
            guard xRange.contains(point.x), yRange.contains(point.y) else { continue }
            let color = isNumber ? PixelColor.ramp(values.share(point.value)) : .category(Int(point.value))
            canvas.mark(
                point.isTest ? .diamond : .disc,
                x: Double(columns.lowerBound) + xRange.share(point.x) * Double(Self.side - 1),
                y: Double(rows.upperBound - 1) - yRange.share(point.y) * Double(Self.side - 1), radius: radius, color)
        }
    }

    // MARK: - Axes

    private func drawAxes(_ canvas: inout Canvas, _ columns: Range<Int>, _ rows: Range<Int>) {
        let xTicks = Ticks(xRange, count: 7)
        for (value, label) in zip(xTicks.values, xTicks.labels) {
            let x = columns.lowerBound + Int((xRange.share(value) * Double(Self.side - 1)).rounded())
            canvas.fill(x: x..<x + 1, y: rows.upperBound..<rows.upperBound + 7, .ink)
            canvas.text(label, x: x, y: rows.upperBound + 25, .middle, scale: Self.textScale)
        }
        let yTicks = Ticks(yRange, count: 7)
        for (value, label) in zip(yTicks.values, yTicks.labels) {
            let y = rows.upperBound - 1 - Int((yRange.share(value) * Double(Self.side - 1)).rounded())
            canvas.fill(x: columns.lowerBound - 7..<columns.lowerBound, y: y..<y + 1, .ink)
            canvas.text(label, x: columns.lowerBound - 12, y: y + 7, .end, scale: Self.textScale)
        }
        let center = (columns.lowerBound + Self.side / 2, rows.lowerBound + Self.side / 2)
        canvas.text(shortened(axisNames[0], to: 48), x: center.0, y: canvas.height - 14, .middle, scale: Self.textScale)
        canvas.upwardText(shortened(axisNames[1], to: 48), x: 26, y: center.1, .middle, scale: Self.textScale)
    }

    private func drawColorBar(_ canvas: inout Canvas, x: Int, _ rows: Range<Int>) {
        let range = valueRange
        let columns = x..<x + 20
        for row in rows {
            let share = Double(rows.upperBound - 1 - row) / Double(Self.side - 1)
            canvas.fill(x: columns, y: row..<row + 1, .ramp(share))
        }
        canvas.frame(x: columns, y: rows, .ink)
        let ticks = Ticks(range, count: 7)
        for (value, label) in zip(ticks.values, ticks.labels) {
            let y = rows.upperBound - 1 - Int((range.share(value) * Double(Self.side - 1)).rounded())
            canvas.fill(x: columns.upperBound..<columns.upperBound + 6, y: y..<y + 1, .ink)
            canvas.text(label, x: columns.upperBound + 11, y: y + 7, scale: Self.textScale)
        }
    }

    // MARK: - The legend

    private struct LegendEntry {
        var text: String
        var color: PixelColor
        var marker: Canvas.Marker
        var width: Int { 30 + BitmapFont.width(text, scale: BoundaryPicture.textScale) }
    }

    /// Returns the legend's entries in lines that fit the plane's width.
    private func legendLines() -> [[LegendEntry]] {
        var lines: [[LegendEntry]] = []
        var room = 0
        for entry in legendEntries {
            if lines.isEmpty || entry.width > room {
                lines.append([])
                room = Self.side
            }
            lines[lines.count - 1].append(entry)
            room -= entry.width + 24
        }
        return lines
    }

    private var legendEntries: [LegendEntry] {
        var entries: [LegendEntry] = []
        switch model.task {
        case .classification(let classes):
            // Colors repeat after ten classes, so a longer legend would not help.
            for (index, name) in classes.prefix(10).enumerated() {
                entries.append(LegendEntry(text: shortened(name), color: .category(index), marker: .disc))
            }
            if classes.count > 10 {
                entries.append(LegendEntry(text: "and \(classes.count - 10) more", color: .white, marker: .disc))
            }
        case .regression(let targets):
            entries.append(LegendEntry(text: shortened(targets[output]), color: .ramp(0.75), marker: .disc))
        }
        if points.contains(where: \.isTest) {
            entries.append(LegendEntry(text: "test row", color: .white, marker: .diamond))
        }
        return entries
    }

    private func shortened(_ name: String, to letters: Int = 30) -> String {
        name.count > letters ? name.prefix(letters - 2) + ".." : name
    }

    private func draw(_ line: [LegendEntry], on canvas: inout Canvas, y: Int) {
        var x = Self.left
        for entry in line {
            canvas.mark(entry.marker, x: Double(x + 9), y: Double(y + 8), radius: 6, entry.color)
            canvas.text(entry.text, x: x + 26, y: y + 15, scale: Self.textScale)
            x += entry.width + 24
        }
    }
}
