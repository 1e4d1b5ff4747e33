import Foundation
import Testing

/// The program reports an error as one line with the matching exit code.
struct ErrorTests {
    @Test(arguments: [
        (["--foobar"], "unknown option '--foobar' (see 'fasttrain train --help')"),
        (["--epochs"], "missing value for '--epochs <n>' (see 'fasttrain train --help')"),
        (["--epochs", "few"], "the value 'few' is invalid for '--epochs <n>' (see 'fasttrain train --help')"),
        (["--epochs", "0"], "--epochs: expected a number from 1 to 100000, found 0"),
        (["--learning-rate", "-1"], "--learning-rate: expected a number above 0, found -1.0"),
        (["--hidden", "12,x"], "the value '12,x' is invalid for '--hidden <units>' (see 'fasttrain train --help')"),
        (["--threads", "0"], "--threads: expected a number from 1 to 1024, found 0"),
        (["--momentum", "0.5"], "--momentum goes with --optimizer sgd, not adam"),
        (["--optimizer", "adamw", "--nesterov"], "--nesterov goes with --optimizer sgd, not adamw"),
        (["--leaky-slope", "0.1"], "--leaky-slope goes with --activation leaky-relu, not relu"),
        (["--checkpoint-every", "5"], "--checkpoint-every needs a folder to save in: --output"),
        (["fly"], "unexpected argument 'fly' (see 'fasttrain train --help')"),
        (["evaluate"], "missing expected argument '<model>' (see 'fasttrain evaluate --help')"),
        (
            ["benchmark", "--workload", "fast"],
            "--workload: expected one of mnist-small, mnist-medium, mnist-wide, mnist-deep, found 'fast'"
        ),
        (["resume", "a", "b"], "unexpected argument 'b' (see 'fasttrain resume --help')"),
    ])
    func usage(arguments: [String], message: String) throws {
        let result = try Fasttrain.run(arguments)
        #expect(result.stderr == "fasttrain: error: \(message)\n")
        #expect(result.status == 64)
        #expect(result.stdout.isEmpty)
    }

    @Test func anUnknownInstructionSet() throws {
        let result = try Fasttrain.run([], environment: ["FASTTRAIN_ISA": "mmx"])
        #expect(result.status == 64)
        #expect(result.stderr.hasPrefix("fasttrain: error: FASTTRAIN_ISA: expected one of scalar"))
    }

    @Test func anUnknownPlan() throws {
        let folder = try TemporaryFolder()
        for arguments in [["--output", folder.path("run")], ["benchmark"]] {
            let result = try Fasttrain.run(arguments, environment: ["FASTTRAIN_PLAN": "best"])
            #expect(result.status == 64)
            #expect(result.error == "FASTTRAIN_PLAN: expected fixed or measure, found 'best'")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    @Test func missingInput() throws {
        let result = try Fasttrain.run(["--data", "no/such.safetensors"])
        #expect(result.status == 66)
        #expect(result.stderr == "fasttrain: error: no/such.safetensors: No such file or directory\n")
        #expect(try Fasttrain.run(["resume", "no/such/run"]).status == 66)
        #expect(try Fasttrain.run(["predict", "no/such/run"]).status == 66)
        #expect(try Fasttrain.run(["inspect", "no/such/run"]).status == 66)
    }

    @Test func badData() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("bad\nname.safetensors")
        try "this is not safetensors, however long it may be".write(toFile: file, atomically: false, encoding: .utf8)
        for arguments in [["--data", file], ["evaluate", file], ["inspect", file], ["--init", file]] {
            let result = try Fasttrain.run(arguments)
            #expect(result.status == 65)
            #expect(result.stderr.hasPrefix("fasttrain: error: \(folder.path)/bad\\nname.safetensors"))
            #expect(result.stderr.filter { $0 == "\n" }.count == 1)
        }
    }

    @Test func outputThatCannotBeCreated() throws {
        let result = try Fasttrain.run(["--output", "/dev/null/run"])
        #expect(result.status == 73)
        #expect(result.stderr.hasPrefix("fasttrain: error: /dev/null"))
    }

    @Test func aRunIsNotOverwritten() throws {
        let folder = try TemporaryFolder()
        let arguments = ["--hidden", "4", "--epochs", "1", "--quiet", "--output", folder.path("run")]
        #expect(try Fasttrain.run(arguments).status == 0)
        #expect(try Fasttrain.run(arguments).status == 73)
    }

    @Test func fullDiskForStandardOutput() throws {
        let result = try Fasttrain.run(["--version"], stdout: FileHandle(forWritingAtPath: "/dev/full"))
        #expect(result.status == 74)
        #expect(result.stderr == "fasttrain: error: standard output: write failed: No space left on device\n")
    }

    @Test func divergence() throws {
        let arguments = ["--hidden", "4", "--optimizer", "sgd", "--learning-rate", "1e30", "--quiet", "--threads", "1"]
        let result = try Fasttrain.run(arguments)
        #expect(result.status == 76)
        #expect(result.stderr.hasPrefix("fasttrain: error: training diverged in epoch 1 at step "))
    }

    @Test func closedStandardStreams() throws {
        // With descriptor 1 closed, the first file to be opened would get its number, and the result would be written
        // into it.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "\(Fasttrain.binary.path) --version >&- 2>&-"]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 74)
    }

    @Test func aReaderThatDisappears() throws {
        let result = try Fasttrain.run(["train", "--help"], stdout: try Fasttrain.pipeWithoutReader())
        #expect(result.status == 0)
        #expect(result.stderr.isEmpty)
    }
}
