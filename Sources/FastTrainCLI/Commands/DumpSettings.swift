import ArgumentParser
import FastTrain
import ProgramSupport

/// Prints the declarations of the settings as JSON, for Tools/cli-reference.py. It is not listed in the help.
struct DumpSettings: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the declarations of all settings as JSON.", shouldDisplay: false)

    func run() throws {
        try Console.print(JSON.array(Recipe.settings.map(\.description)).text)
    }
}
