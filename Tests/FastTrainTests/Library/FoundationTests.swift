import FastTrain
import Foundation
import Testing

/// The library beside Foundation, as a user imports both: without `@testable`.
struct FoundationTests {
    /// No public type has the name of one of Foundation's; this would not compile.
    @Test func namesDoNotClash() {
        let types: [Any.Type] = [
            Activation.self, AtomicFile.self, Benchmark.self, BoundaryPicture.self, CPUs.self, CSVFormat.self,
            Checkpoint.self, ClassWeight.self, ConfusionMatrix.self, DataSplit.self, Dataset.self, EpochRecord.self,
            Evaluation.self, FastTrainError.self, Features.self, FileDescription.self, FitProgress.self, IDXFile.self,
            InstructionSet.self, JSON.self, Loss.self, MLPClassifier<String>.self, MLPFitted.self, MLPRegressor.self,
            MLPSettings.self, Matrix.self, Model.self, Monitor.self, Network.self, Normalization.self, Optimizer.self,
            Outcome.self, OutputFile.self, Parameters.self, Precision.self, Predictions.self, Preprocessing.self,
            RateCurve.self, RateTest.self, Recipe.self, RecipeChanges.self, RunConfiguration.self, RunDescription.self,
            RunFolder.self, RunOptions.self, SafeTensors.self, SafeTensorsWriter.self, Schedule.self, Search.self,
            SearchMethod.self, SearchOptions.self, SearchOutcome.self, SearchProgress.self, SearchSpace.self,
            SearchStatus.self, SeriesConversion.self, SeriesOptions.self, StepProgress.self, TableConversion.self,
            TableOptions.self, TableRows.self, Targets.self, TensorInfo.self, TensorType.self, Training.self,
            TrainingEvents.self, TrainingJob.self, TrainingProgress.self, TrainingState.self, TrialResult.self,
            UnknownCategory.self, YAMLDocument.self,
        ]
        #expect(Set(types.map { "\($0)" }).count == types.count)
    }

    @Test func errorsHaveALocalizedDescription() {
        let errors: [FastTrainError] = [
            .invalidSetting(name: "hidden", expected: "at most 1000 layers", found: "1001"),
            .badData(file: "a.csv", place: .line(3), expected: "a number", found: "'x'"),
        ]
        for error in errors {
            #expect((error as any Error).localizedDescription == error.description)
            #expect((error as NSError).localizedDescription == error.description)
        }
    }
}
