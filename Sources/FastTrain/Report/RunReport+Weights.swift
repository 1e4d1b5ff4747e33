import FastTrainPictures

extension RunReport {
    private static let maxUnits = 48
    /// The number of colors on each side of zero. More would make the page larger but not clearer.
    private static let levels = 15
    /// The colors of weights: blue if negative, orange if positive, stronger if larger. A zero weight is transparent.
    private static let colors = (-levels...levels).map { level in
        let alpha = UInt8((Double(level.magnitude) / Double(levels) * 255).rounded())
        return level < 0 ? PixelColor(0, 114, 190, alpha: alpha) : PixelColor(224, 98, 10, alpha: alpha)
    }

    /// Adds an image of the weights of each unit in the first layer.
    func addWeights(_ page: inout Markup) throws(FastTrainError) {
        guard let shape = PictureShape(model.featureShape) else { return }
        let layer = model.parameters.layers[0]
        let isLinear = recipe.hidden.isEmpty
        var units = Array(0..<layer.outputs)
        if units.count > Self.maxUnits {
            let norms = units.map { unit in row(unit, layer).reduce(0) { $0 + Double($1) * Double($1) } }
            units = units.sorted { (norms[$1], $0) < (norms[$0], $1) }
            units = Array(units.prefix(Self.maxUnits))
        }
        var pictures: [[UInt8]] = []
        for unit in units { pictures.append(try picture(of: row(unit, layer), shape)) }
        let which =
            units.count < layer.outputs
            ? "The \(units.count) of \(Format.integer(layer.outputs)) units with the largest weights."
            : "All \(Format.count(layer.outputs, "unit"))."
        section(
            "Weights of the first layer",
            "\(which) Orange pixels activate a unit, blue ones inhibit it; each image is scaled by its largest weight.",
            &page
        ) { page in
            page.element("div", ["class": "units"]) { page in
                for (unit, picture) in zip(units, pictures) {
                    let name = isLinear ? className(unit) : "unit \(unit)"
                    page.image(picture, alt: name, ["title": name, "class": "pixels", "loading": "lazy"])
                }
            }
        }
    }

    private func className(_ output: Int) -> String {
        switch model.task {
        // The single output of a binary classifier stands for the second class.
        case .classification(let names), .regression(let names):
            model.network.outputs == 1 ? names[names.count - 1] : names[output]
        }
    }

    private func row(_ unit: Int, _ layer: Parameters.Layer) -> ArraySlice<Float> {
        layer.weight[unit * layer.inputs..<(unit + 1) * layer.inputs]
    }

    private func picture(of weights: ArraySlice<Float>, _ shape: PictureShape) throws(FastTrainError) -> [UInt8] {
        let largest = weights.reduce(0) { max($0, $1.magnitude) }
        let pixels = weights.map { weight in
            UInt8(Self.levels + (largest > 0 ? Int((weight / largest * Float(Self.levels)).rounded()) : 0))
        }
        return try PNG.encode(width: shape.width, height: shape.height, .palette(Self.colors), pixels)
    }
}
