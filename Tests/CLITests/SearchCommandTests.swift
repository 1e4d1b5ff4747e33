import FastTrain
import Foundation
import Testing

/// `fasttrain search` as a user runs it.
struct SearchCommandTests {
    private let folder: TemporaryFolder
    private let space: String
    private static let short = ["--trials", "5", "--epochs", "3", "--batch-size", "64"]

    init() throws {
        folder = try TemporaryFolder()
        space = folder.path("space.yaml")
        try "hidden: [[4], [8], [6, 5]]\nlearning-rate: {low: 1e-3, high: 1e-2, log: true}\n".write(
            toFile: space, atomically: false, encoding: .utf8)
    }

    private func search(_ arguments: [String]) throws -> Fasttrain.Result {
        try Fasttrain.run(["search", "--space", space] + Self.short + arguments)
    }

    private func leaderboard(_ result: Fasttrain.Result) throws -> [String] {
        guard case .array(let trials)? = try JSON(parsing: result.stdout, file: "")["leaderboard"] else { return [] }
        return trials.map { $0.without(["seconds"]).text }
    }

    @Test func findsTrainsAndReports() throws {
        let path = folder.path("search")
        let result = try search(["--output", path])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("compared by validation-score; the test rows were not used"))
        #expect(result.stdout.contains("confusion matrix of the test rows"))
        #expect(result.stdout.contains("fasttrain evaluate \(path)/best"))
        #expect(result.stderr.contains("\n1/6  trial "))
        #expect(result.stderr.contains("training it on all training rows"))
        // The folder of a search can be used like that of a run, and its winner can be trained again by hand.
        #expect(
            try Fasttrain.run(["evaluate", path, "--json"]).stdout
                == Fasttrain.run(["evaluate", path + "/best", "--json"]).stdout)
        let again = folder.path("again")
        #expect(try Fasttrain.run(["--config", path + "/best/recipe.json", "--quiet", "--output", again]).status == 0)
        #expect(try FinishedRun(again).differences(from: FinishedRun(path + "/best")) == [])
        // Once more: there is nothing left to do, and the result is reported again.
        let told = try search(["--output", path])
        #expect(told.status == 0 && !told.stderr.contains("trial 1 "))
        #expect(try search(["--output", path, "--seed", "9"]).status == 73)
    }

    @Test func sameOnAnyNumberOfThreads() throws {
        let one = try search(["--threads", "1", "--json", "--quiet"])
        let three = try search(["--threads", "3", "--json", "--quiet"])
        #expect(try leaderboard(one) == leaderboard(three))
        #expect(try leaderboard(one).count == 5)
        #expect(one.stderr.isEmpty)
        let best = try JSON(parsing: one.stdout, file: "")["best"]
        #expect(best?["test_accuracy"] != nil && best?["recipe"]?["validation"]?.text == "0.0")
    }

    @Test(arguments: [(SIGINT, "SIGINT"), (SIGKILL, "SIGKILL")])
    func resumesWhereItWasStopped(signal: Int32, name: String) throws {
        let straight = try search(["--json", "--quiet"])
        let path = folder.path("search")
        let log = folder.path("log")
        let arguments = ["search", "--space", space, "--output", path] + Self.short
        let process = try Fasttrain.start(arguments + ["--threads", "1"], log: log)
        while process.isRunning, lines(path + "/trials.jsonl") < 2 { usleep(200) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let text = try String(contentsOfFile: log, encoding: .utf8)
        // The search may have finished before the signal arrived; then there is nothing to resume.
        if Fasttrain.status(process) != 0 {
            #expect(Fasttrain.status(process) == 128 + signal)
            if signal == SIGINT {
                #expect(text.contains("fasttrain: interrupted by SIGINT; "))
                #expect(text.contains("resume with: fasttrain resume \(path)"))
            }
        }
        let rest = try Fasttrain.run(["resume", path, "--json", "--quiet"])
        #expect(rest.status == 0, "\(rest.stderr)")
        #expect(try leaderboard(rest) == leaderboard(straight))
    }

    private func lines(_ file: String) -> Int {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").filter { $0 == "\n" }.count
    }

    @Test(arguments: [
        (["--method", "grid"], "--method grid needs lists of values to combine: --space"),
        (["--init", "x"], "--init: trials start from random parameters, not from a file"),
        (["--trials", "0"], "--trials: expected a number from 1 to 100000, found 0"),
        (["--time", "soon"], "the value 'soon' is invalid for '--time <time>' (see 'fasttrain search --help')"),
        (["--folds", "1"], "--folds: expected a number from 2 to 1000, found 1"),
        (
            ["--validation", "0"],
            "--validation: expected a number above 0, because trials are compared on validation rows, found 0"
        ),
        (["--learning-rate", "0"], "--learning-rate: expected a number above 0, found 0.0"),
        (["--optimizer", "sgd", "--beta1", "0.5"], "--beta1 goes with --optimizer adam, adamw, lion, not sgd"),
    ])
    func usage(arguments: [String], message: String) throws {
        let result = try Fasttrain.run(["search"] + arguments)
        #expect(result.error == message)
        #expect(result.status == 64)
    }

    @Test func settingsGivenTwice() throws {
        let result = try search(["--hidden", "5"])
        #expect(result.status == 64)
        #expect(result.error == "\(space) varies 'hidden', which is given on the command line, too")
        #expect(try Fasttrain.run(["search", "--space", folder.path("none")]).status == 66)
        let path = folder.path("search")
        #expect(try search(["--output", path, "--quiet"]).status == 0)
        #expect(
            try Fasttrain.run(["resume", path, "--epochs", "5"]).error
                == "--epochs: the epochs of a search cannot change after it has started")
    }
}
