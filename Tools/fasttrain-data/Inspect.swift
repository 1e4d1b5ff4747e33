import ArgumentParser
import FastTrainData
import ProgramSupport

/// `fasttrain-data inspect FILE`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the contents of a data set, model, checkpoint or other safetensors file.",
        discussion: "Reads the whole file, and verifies its digest if it has one.")

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() throws {
        let description = try FileDescription(path: file)
        try Console.write(json ? description.json.text + "\n" : description.text)
    }
}
