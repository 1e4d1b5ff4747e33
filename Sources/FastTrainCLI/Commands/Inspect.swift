import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe the content of a data set, model or checkpoint.",
        discussion: "Any safetensors file is accepted. The whole file is read and checked.")

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var path: String

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let description = try FileDescription(path: path)
        if json { return try Console.print(description.json.text) }
        try Console.write(description.text)
    }
}
