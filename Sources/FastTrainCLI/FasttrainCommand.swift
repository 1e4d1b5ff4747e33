import ArgumentParser
import FastTrain
import ProgramSupport

/// The program `fasttrain` with its subcommands. Without a subcommand it trains.
struct FasttrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fasttrain",
        abstract: "Trains multilayer perceptrons on CPUs, fast and with identical results on all of them.",
        discussion: """
            Without a subcommand, fasttrain trains a network. Without --data, it learns handwritten digits from a \
            built-in sample of MNIST. A complete session:

              fasttrain --output run
              fasttrain evaluate run
              fasttrain predict run -o predictions.csv

            'fasttrain train --help' lists the options of training.
            """,
        version: "fasttrain \(fasttrainVersion)",
        subcommands: [
            Train.self, SearchCommand.self, Resume.self, Evaluate.self, Predict.self, Report.self, Boundary.self,
            FindRate.self, Inspect.self, BenchmarkCommand.self, DumpSettings.self,
        ],
        defaultSubcommand: Train.self)
}
