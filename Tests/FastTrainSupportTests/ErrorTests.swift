import Testing

@testable import FastTrainSupport

/// Settings in errors: as properties in the library, and as options in a program.
struct ErrorTests {
    private let options = ["batchSize": "--batch-size", "hidden": "--hidden", "hasHeader = false": "--no-header"]

    @Test func settings() {
        let error = FastTrainError.invalidSetting(name: "batchSize", expected: "at most `hidden`", found: "`x`")
        #expect(error.description == "batchSize: expected at most `hidden`, found `x`")
        #expect(error.naming(options).description == "--batch-size: expected at most --hidden, found `x`")
        #expect(error.exitCode == 64 && error.isUsage)
        let short = FastTrainError.invalidSetting(name: "other", expected: "none", found: "")
        #expect(short.description == "other: expected none" && short.naming(options) == short)
    }

    @Test func reasons() {
        let error = FastTrainError.unsuitableSetting(name: "hidden", reason: "`hidden`, `batchSize`: too large")
        #expect(error.description == "`hidden`, `batchSize`: too large")
        #expect(error.naming(options).description == "--hidden, --batch-size: too large")
        let use = FastTrainError.invalidUse("give `hidden`")
        #expect(use.naming(options).description == "give --hidden")
    }

    @Test(arguments: [
        ("", ""), ("`", "`"), ("``", "``"), ("`hidden`", "--hidden"), ("`hidden", "`hidden"), ("hidden`", "hidden`"),
        ("``hidden``", "`--hidden`"), ("`x`hidden`", "`x--hidden"), ("`hidden`batchSize`", "--hiddenbatchSize`"),
        ("`hidden``batchSize`", "--hidden--batch-size"), ("a `hasHeader = false`)", "a --no-header)"),
    ])
    func quotedNames(text: String, expected: String) {
        #expect(FastTrainError.invalidUse(text).naming(options) == .invalidUse(expected))
    }

    @Test func textsOfFiles() {
        let error = FastTrainError.badData(
            file: "`hidden`", place: .named("`hidden`"), expected: "a row", found: "none (see `hidden`)")
        #expect(
            error.naming(options)
                == .badData(
                    file: "`hidden`", place: .named("`hidden`"), expected: "a row", found: "none (see --hidden)"))
        let other = FastTrainError.noInput(path: "`hidden`", reason: "`hidden`")
        #expect(other.naming(options) == other)
    }

    @Test func contexts() {
        let error = FastTrainError.invalidSetting(name: "hidden", expected: "a", found: "b").within("trial 1")
        #expect(error == .unsuitableSetting(name: "hidden", reason: "trial 1: `hidden`: expected a, found b"))
        #expect(error.naming(options).description == "trial 1: --hidden: expected a, found b")
        let bad = FastTrainError.noInput(path: "a", reason: "b")
        #expect(bad.within("trial 1") == bad)
    }
}
