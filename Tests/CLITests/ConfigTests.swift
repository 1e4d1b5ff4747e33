import FastTrain
import Foundation
import Testing

/// `fasttrain train --config`, as a user types it.
struct ConfigTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aRunIsDoneAgainToTheBit() throws {
        let first = folder.path("first")
        let options = [
            "--hidden", "24", "--activation", "tanh", "--dropout", "0.1", "--optimizer", "sgd", "--schedule", "step",
            "--epochs", "2", "--seed", "7", "--no-shuffle", "--validation", "0.2", "--checkpoint-every", "10",
        ]
        #expect(try Fasttrain.run(options + ["--quiet", "--output", first]).status == 0)
        let second = folder.path("second")
        let again = try Fasttrain.run(["--config", first + "/recipe.json", "--quiet", "--output", second])
        #expect(again.status == 0, "\(again.stderr)")
        #expect(try FinishedRun(second).differences(from: FinishedRun(first)) == [])
        #expect(FinishedRun.checkpoints(second) == FinishedRun.checkpoints(first))
    }

    @Test func theDataOfTheRunIsUsedUnlessOtherIsGiven() throws {
        let data = folder.path("data.safetensors")
        try FileManager.default.copyItem(
            atPath: Fasttrain.sample, toPath: data)
        let run = folder.path("run")
        let short = ["--hidden", "4", "--epochs", "1", "--quiet"]
        #expect(try Fasttrain.run(short + ["--data", data, "--output", run]).status == 0)
        let config = ["--config", run + "/recipe.json", "--quiet", "--json"]
        let again = try Fasttrain.run(config)
        #expect(try JSON(parsing: again.stdout, file: "")["data"] == .string(data))
        try FileManager.default.removeItem(atPath: data)
        #expect(try Fasttrain.run(config).status == 66)
        #expect(try Fasttrain.run(config + ["--data", Fasttrain.sample]).status == 0)
    }

    @Test func theCommandLineOverrides() throws {
        let file = folder.path("c.yaml")
        try "hidden: [6, 5]\nepochs: 3\nnesterov: true\noptimizer: sgd\n".write(
            toFile: file, atomically: false, encoding: .utf8)
        let result = try Fasttrain.run(["--config", file, "--epochs", "1", "--no-nesterov", "--quiet", "--json"])
        let recipe = try JSON(parsing: result.stdout, file: "")["recipe"]!
        #expect(recipe["hidden"]?.text == "[6,5]" && recipe["epochs"]?.text == "1")
        #expect(recipe["nesterov"]?.text == "false" && recipe["optimizer"]?.text == "\"sgd\"")
    }

    @Test func errorsNameTheLine() throws {
        let file = folder.path("c.yaml")
        try "epochs: 3\nepoch: 4\n".write(toFile: file, atomically: false, encoding: .utf8)
        let result = try Fasttrain.run(["--config", file])
        #expect(result.status == 65)
        #expect(
            result.error == "\(file), line 2: expected a setting of recipe.json, found 'epoch' (did you mean 'epochs'?)"
        )
    }

    @Test func aRunFromParametersNeedsThem() throws {
        let (first, run) = (folder.path("first"), folder.path("run"))
        let short = ["--hidden", "4", "--epochs", "1", "--quiet", "--output"]
        #expect(try Fasttrain.run(short + [first]).status == 0)
        #expect(try Fasttrain.run(short + [run, "--init", first + "/model.safetensors"]).status == 0)
        let result = try Fasttrain.run(["--config", run + "/recipe.json"])
        #expect(result.status == 64)
        #expect(result.error == "\(run)/recipe.json: that run started from a file of parameters, give --init")
    }
}
