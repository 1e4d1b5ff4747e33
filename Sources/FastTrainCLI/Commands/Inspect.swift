import ArgumentParser
import FastTrain

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a data set, a model or a checkpoint holds.",
        discussion: "Any safetensors file will do. The whole file is read and checked.")

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var path: String

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let description = try FileDescription(path: path)
        if json { return try Console.print(description.json.text) }
        let lines = description.text.split(separator: "\n", omittingEmptySubsequences: false)
        try Console.write(lines.map { String($0).printable }.joined(separator: "\n"))
    }
}
