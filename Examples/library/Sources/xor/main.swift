import FastTrain

// Four rows of two features each, and the index of the class of each row.
let features: [Float] = [0, 0, 0, 1, 1, 0, 1, 1]
let data = try Dataset(
    name: "xor", features: features, featureShape: [2], labels: [0, 1, 1, 0], classes: ["no", "yes"])

var recipe = Recipe()
recipe.hidden = [8, 8, 8]
recipe.learningRate = 0.01
recipe.batchSize = 4
recipe.epochs = 400
recipe.validation = 0

let outcome = try Training(recipe, on: data, options: RunOptions(threads: 1)).train()
print(
    "loss \(outcome.history.first!.trainLoss), after \(outcome.history.count) epochs \(outcome.history.last!.trainLoss)"
)

let predictions = try outcome.model.predict(features: features, threads: 1)
for row in 0..<4 {
    let answer = predictions.bestClass(row) == 1 ? "yes" : "no"
    print("\(features[2 * row]) xor \(features[2 * row + 1]): \(answer)")
}

for (number, layer) in outcome.model.parameters.layers.enumerated() {
    print("layer \(number): weight [\(layer.outputs), \(layer.inputs)], bias [\(layer.outputs)]")
}

// `fasttrain predict` and PyTorch read the file.
try outcome.model.save(to: CommandLine.arguments.dropFirst().first ?? "xor.safetensors")
