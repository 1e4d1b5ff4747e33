extension Model {
    /// Reads the parameters to start a run from, out of a safetensors file of any origin.
    ///
    /// Each layer has a weight [outputs, inputs] and a bias [outputs], named by the layer's position in an
    /// `nn.Sequential`: "0.weight", "0.bias", "2.weight" and so on. Layers are read in the order of these positions.
    /// The tensors of a normalization have the position right after its layer. Tensors with other names are ignored.
    ///
    /// - Parameters:
    ///   - path: The path of the safetensors file.
    ///   - network: The network that the parameters are for.
    /// - Throws: `.noInput` if there is no such file; `.badData` if a tensor is missing, has the wrong type or shape,
    ///   or holds a number that is not finite, if the file has a layer or normalization that the network does not have,
    ///   or if its digest does not match.
    package static func loadParameters(path: String, of network: Network) throws(FastTrainError) -> Parameters {
        let file = try SafeTensors(path: path)
        // The weight of a normalization is a vector.
        let weights = file.tensors.filter { module(of: $0.name) != nil && $0.name.hasSuffix(".weight") }
        let found = Set(weights.filter { $0.shape.count != 1 }.compactMap { module(of: $0.name) }).sorted()
        if found.count > network.layerCount {
            let name = "\(found[network.layerCount]).weight"
            throw .badData(
                file: path, place: .named(name),
                expected: "\(network.layerCount) layers, as in the network \(network)",
                found: "\(found.count)")
        }
        let isNormalized = network.normalization != .none
        let places = isNormalized ? Set(found.dropLast().map { $0 + 1 }) : []
        if let other = weights.first(where: { $0.shape.count == 1 && !places.contains(module(of: $0.name)!) }) {
            throw .badData(
                file: path, place: .named(other.name),
                expected: isNormalized
                    ? "a normalization right after each hidden layer"
                    : "no normalization, because the network has none",
                found: "\(other.type.rawValue) \(other.shape)")
        }
        // If layers are missing, the error names the first one as if Linear and activation modules alternated.
        let missing = (found.count..<network.layerCount).map { max(2 * $0, (found.last ?? -2) + 2) }
        let tensors = ParameterTensors(network, modules: found + missing, prefix: "", suffix: "", hasRunning: true)
        let parameters = try tensors.read(file)
        _ = try file.verifyDigest()
        for (module, layer) in zip(found, parameters.layers) {
            try expectFinite(layer.weight, name: "\(module).weight", file: path)
            try expectFinite(layer.bias, name: "\(module).bias", file: path)
            guard let numbers = layer.normalization else { continue }
            try expectFinite(numbers.scale, name: "\(module + 1).weight", file: path)
            try expectFinite(numbers.shift, name: "\(module + 1).bias", file: path)
            guard let running = numbers.running else { continue }
            try expectFinite(running.mean, name: "\(module + 1).running_mean", file: path)
            try expectFinite(running.variance, name: "\(module + 1).running_var", file: path)
            if let unit = running.variance.firstIndex(where: { $0 < 0 }) {
                throw .badData(
                    file: path, place: .named("\(module + 1).running_var"), expected: "numbers of at least 0",
                    found: "\(running.variance[unit]) at element \(unit)")
            }
        }
        // The numbers were copied before the digest was verified, and not every file has a digest.
        try file.checkUnchanged()
        return parameters
    }

    /// An upper bound on module positions, far beyond any network that a recipe can describe.
    private static let maxModules = 1_000_000

    /// Returns the module position in a name such as "0.weight" or "0.bias", or `nil` if `name` has another form.
    private static func module(of name: String) -> Int? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "weight" || parts[1] == "bias", let number = Int(parts[0]),
            (0...maxModules).contains(number), String(number) == parts[0]
        else { return nil }
        return number
    }

    private static func expectFinite(_ values: [Float], name: String, file: String) throws(FastTrainError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw .badData(
            file: file, place: .named(name), expected: "finite numbers", found: "\(values[index]) at element \(index)")
    }
}
