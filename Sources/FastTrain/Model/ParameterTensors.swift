/// The tensors of a safetensors file that hold a network's parameters, or an optimizer's state for each parameter.
///
/// The layer at position m of an `nn.Sequential` has `<prefix><m>.weight<suffix>` [outputs, inputs] and
/// `<prefix><m>.bias<suffix>` [outputs], both F32. Its normalization, at position m + 1, has `weight` and `bias`
/// [outputs] under the same scheme. Batch normalization adds `running_mean` and `running_var` [outputs] and
/// `num_batches_tracked` [] (I64) where running statistics apply.
struct ParameterTensors {
    private let network: Network
    private let modules: [Int]
    private let prefix: String
    private let suffix: String
    private let hasRunning: Bool

    /// Creates the tensors' names and shapes.
    ///
    /// - Parameters:
    ///   - network: The network whose parameters the tensors hold.
    ///   - modules: The `nn.Sequential` position of each layer.
    ///   - prefix: The text before each name.
    ///   - suffix: The text after each name.
    ///   - hasRunning: Whether the running statistics of batch normalization are included.
    init(_ network: Network, modules: [Int], prefix: String, suffix: String, hasRunning: Bool) {
        self.network = network
        self.modules = modules
        self.prefix = prefix
        self.suffix = suffix
        self.hasRunning = hasRunning && network.normalization == .batch
    }

    private func name(_ layer: Int, _ part: String) -> String {
        "\(prefix)\(modules[layer]).\(part)\(suffix)"
    }

    private func normalizationName(_ layer: Int, _ part: String) -> String {
        "\(prefix)\(modules[layer] + 1).\(part)\(suffix)"
    }

    /// Returns the tensors with the values of `parameters`, which must have the network's shapes.
    func write(_ parameters: Parameters) -> [TensorToWrite] {
        parameters.layers.enumerated().flatMap { index, layer in
            let outputs = [layer.outputs]
            var tensors = [
                TensorToWrite(
                    name: name(index, "weight"), shape: [layer.outputs, layer.inputs], floats: layer.weight),
                TensorToWrite(name: name(index, "bias"), shape: outputs, floats: layer.bias),
            ]
            guard let numbers = layer.normalization else { return tensors }
            func add(_ part: String, _ floats: [Float]) {
                tensors.append(TensorToWrite(name: normalizationName(index, part), shape: outputs, floats: floats))
            }
            add("weight", numbers.scale)
            add("bias", numbers.shift)
            guard hasRunning, let running = numbers.running else { return tensors }
            add("running_mean", running.mean)
            add("running_var", running.variance)
            tensors.append(
                TensorToWrite(name: normalizationName(index, "num_batches_tracked"), integer: Int64(running.batches)))
            return tensors
        }
    }

    /// Reads the parameters. Throws `.badData` that names the first tensor that is missing or has the wrong type or
    /// shape.
    func read(_ file: SafeTensors) throws(FastTrainError) -> Parameters {
        var layers: [Parameters.Layer] = []
        for index in 0..<network.layerCount {
            let (inputs, outputs) = (network.widths[index], network.widths[index + 1])
            layers.append(
                Parameters.Layer(
                    inputs: inputs, outputs: outputs,
                    weight: try file.floats(name(index, "weight"), shape: [outputs, inputs]),
                    bias: try file.floats(name(index, "bias"), shape: [outputs]),
                    normalization: network.isNormalized(index) ? try readNormalization(index, outputs, file) : nil))
        }
        return Parameters(layers: layers)
    }

    private func readNormalization(
        _ index: Int, _ outputs: Int, _ file: SafeTensors
    ) throws(FastTrainError) -> Parameters.Normalization {
        func floats(_ part: String) throws(FastTrainError) -> [Float] {
            try file.floats(normalizationName(index, part), shape: [outputs])
        }
        var numbers = Parameters.Normalization(scale: try floats("weight"), shift: try floats("bias"))
        guard hasRunning else { return numbers }
        let name = normalizationName(index, "num_batches_tracked")
        numbers.running = .init(
            mean: try floats("running_mean"), variance: try floats("running_var"), batches: try file.count(name))
        return numbers
    }

    /// The names of all tensors.
    var names: [String] {
        (0..<network.layerCount).flatMap { index in
            let parts = !network.isNormalized(index) ? [] : ["weight", "bias"] + (hasRunning ? Self.running : [])
            return [name(index, "weight"), name(index, "bias")] + parts.map { normalizationName(index, $0) }
        }
    }

    private static let running = ["running_mean", "running_var", "num_batches_tracked"]
}

extension SafeTensors {
    /// Throws `.badData` if the file has a tensor that is in none of the groups.
    func expectOnly(_ groups: [ParameterTensors]) throws(FastTrainError) {
        let names = Set(groups.flatMap(\.names))
        guard let other = tensors.first(where: { !names.contains($0.name) }) else { return }
        throw .badData(
            file: name, place: .named(other.name), expected: "no tensor of this name in a network of this recipe",
            found: "\(other.type.rawValue) \(other.shape)")
    }
}
