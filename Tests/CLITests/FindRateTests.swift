import Foundation
import Testing

/// `fasttrain find-rate` as a user runs it.
struct FindRateTests {
    @Test func textAndFiles() throws {
        let folder = try TemporaryFolder()
        let result = try Fasttrain.run([
            "find-rate", "--hidden", "16", "--steps", "60", "-o", folder.path("c.svg"), "-o", folder.path("c.json"),
        ])
        #expect(result.status == 0)
        for word in ["valley", "steepest", "lowest", "use it with: --learning-rate ", "learning rates from 1.0e-6 to"] {
            #expect(result.stdout.contains(word), "\(word)")
        }
        #expect(try String(contentsOfFile: folder.path("c.svg"), encoding: .utf8).hasPrefix("<svg xmlns="))
        let curve = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: folder.path("c.json"))))
        let object = try #require(curve as? [String: Any])
        let count = try #require(object["steps_done"] as? Int)
        #expect(
            (object["losses"] as? [Double])?.count == count && (object["learning_rates"] as? [Double])?.count == count)
        #expect(object["suggestion"] as? Double == (object["valley"] as? [String: Double])?["learning_rate"])
    }

    @Test func jsonIsEqualOnAnyNumberOfThreads() throws {
        let arguments = ["find-rate", "--hidden", "16", "--steps", "40", "--json", "--quiet", "--threads"]
        let one = try Fasttrain.run(arguments + ["1"])
        let two = try Fasttrain.run(arguments + ["2"])
        #expect(one.status == 0 && one.stderr.isEmpty && one.stdout == two.stdout)
        #expect(one.stdout.hasPrefix("{\"from\":") && one.stdout.hasSuffix("}\n"))
    }

    /// The settings of a configuration file apply, except those that a range test sets itself.
    @Test func configurationFilesApply() throws {
        let folder = try TemporaryFolder()
        let text = "hidden: [16]\noptimizer: sgd\nlearning_rate: 0.5\nschedule: step\npatience: 1\n"
        try text.write(toFile: folder.path("c.yaml"), atomically: false, encoding: .utf8)
        let shared = ["find-rate", "--steps", "40", "--json", "--quiet"]
        let file = try Fasttrain.run(shared + ["--config", folder.path("c.yaml")])
        let options = try Fasttrain.run(shared + ["--hidden", "16", "--optimizer", "sgd"])
        #expect(file.status == 0 && file.stdout == options.stdout)
    }

    @Test(arguments: [
        (["--learning-rate", "1"], 64, "--learning-rate is what find-rate looks for, between --from and --to"),
        (["--steps", "5"], 64, "--steps: expected a number from 20 to 100000, found 5"),
        (
            ["--from", "2", "--to", "1"], 64,
            "--to: expected a number above --from (2.0) and at most 3.4e38, found 1.0"
        ),
        (["-o", "curve.png"], 64, "--output: expected a name that ends in .svg or .json, found curve.png"),
        (["--data", "/nowhere/data"], 66, "/nowhere/data: No such file or directory"),
        (["-o", "/nowhere/c.svg"], 73, "/nowhere/c.svg: cannot create: No such file or directory"),
    ])
    func refusals(arguments: [String], status: Int32, message: String) throws {
        let result = try Fasttrain.run(["find-rate", "--quiet"] + arguments)
        #expect(result.status == status && result.stdout.isEmpty)
        #expect(result.stderr == "fasttrain: error: \(message)\n")
    }

    @Test func filesOfARunAreNotReplaced() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        #expect(try Fasttrain.run(["--hidden", "8", "--epochs", "1", "--quiet", "--output", run]).status == 0)
        let result = try Fasttrain.run(["find-rate", "--quiet", "-o", run + "/recipe.json"])
        #expect(result.status == 73)
        #expect(result.stderr.contains("is a file of the run in this folder; choose another name"))
    }
}
