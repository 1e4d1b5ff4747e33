/// The tensors that hold a network's parameters in a file, or what an optimizer remembers of each parameter: for
/// the layer at place m of an `nn.Sequential`, `<prefix><m>.weight<suffix>` [outputs, inputs] and
/// `<prefix><m>.bias<suffix>` [outputs], F32.
struct ParameterTensors {
    private let network: Network
    private let modules: [Int]
    private let prefix: String
    private let suffix: String

    /// `modules`: the place of each layer.
    init(_ network: Network, modules: [Int], prefix: String, suffix: String) {
        self.network = network
        self.modules = modules
        self.prefix = prefix
        self.suffix = suffix
    }

    private func name(_ layer: Int, _ part: String) -> String {
        "\(prefix)\(modules[layer]).\(part)\(suffix)"
    }

    /// The tensors with the numbers of `parameters`, which must fit.
    func write(_ parameters: Parameters) -> [TensorToWrite] {
        parameters.layers.enumerated().flatMap { index, layer in
            [
                TensorToWrite(
                    name: name(index, "weight"), shape: [layer.outputs, layer.inputs], floats: layer.weight),
                TensorToWrite(name: name(index, "bias"), shape: [layer.outputs], floats: layer.bias),
            ]
        }
    }

    /// The numbers. Throws `.badData` that names the first tensor that is missing or of another type or shape.
    func read(_ file: SafeTensors) throws(FastTrainError) -> Parameters {
        var layers: [Parameters.Layer] = []
        for index in 0..<network.layerCount {
            let (inputs, outputs) = (network.widths[index], network.widths[index + 1])
            layers.append(
                Parameters.Layer(
                    inputs: inputs, outputs: outputs,
                    weight: try file.floats(name(index, "weight"), shape: [outputs, inputs]),
                    bias: try file.floats(name(index, "bias"), shape: [outputs])))
        }
        return Parameters(layers: layers)
    }

    /// The names of all tensors.
    var names: [String] { (0..<network.layerCount).flatMap { [name($0, "weight"), name($0, "bias")] } }
}

extension Parameters.Layer {
    /// weight: [outputs, inputs]; bias: [outputs].
    init(inputs: Int, outputs: Int, weight: [Float], bias: [Float]) {
        self.inputs = inputs
        self.outputs = outputs
        self.weight = weight
        self.bias = bias
    }
}

extension SafeTensors {
    /// Throws `.badData` when a tensor is none of these.
    func expectOnly(_ groups: [ParameterTensors]) throws(FastTrainError) {
        let names = Set(groups.flatMap(\.names))
        guard let other = tensors.first(where: { !names.contains($0.name) }) else { return }
        throw .badData(
            file: name, place: .named(other.name), expected: "no tensor of this name in a network of this recipe",
            found: "\(other.type.rawValue) \(other.shape)")
    }
}
