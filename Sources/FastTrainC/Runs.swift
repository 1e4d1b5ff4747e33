// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain
import Synchronization

@c @implementation
public func fasttrain_train(
    _ recipe: UnsafePointer<CChar>!, _ dataset: OpaquePointer!, _ options: UnsafePointer<CChar>!,
    _ progress: fasttrain_progress!, _ context: UnsafeMutableRawPointer!,
    _ model: UnsafeMutablePointer<OpaquePointer?>!, _ result: TextPlace!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let data = try Handle<Dataset>.value(dataset, "dataset")
        let settings = try JSON(parsing: text(recipe, "recipe"), file: "recipe")
        var reader = try object(options, "options")
        var options = RunOptions()
        options.threads = try reader.take("threads")
        options.output = try reader.take("output")
        options.checkpointEvery = try reader.take("checkpoint_every")
        options.maxTime = try reader.take("max_time")
        options.tensorBoard = try reader.take("tensorboard")
        let path: String? = try reader.take("data_path")
        try reader.finish()
        let recipe = try RecipeChanges(settings, file: "recipe", place: .file).recipe()
        let training = try Training(recipe, on: data, dataPath: path, options: options)
        try train(training, Listener(progress, context), model, result)
    }
}

@c @implementation
public func fasttrain_resume(
    _ folder: UnsafePointer<CChar>!, _ dataset: OpaquePointer!, _ options: UnsafePointer<CChar>!,
    _ progress: fasttrain_progress!, _ context: UnsafeMutableRawPointer!,
    _ model: UnsafeMutablePointer<OpaquePointer?>!, _ result: TextPlace!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let folder = try text(folder, "folder")
        let data = try dataset.map { pointer throws(FastTrainError) in try Handle<Dataset>.value(pointer, "dataset") }
        var reader = try object(options, "options")
        let epochs: Int? = try reader.take("epochs")
        let threads: Int? = try reader.take("threads")
        let maxTime: Double? = try reader.take("max_time")
        let tensorBoard: String? = try reader.take("tensorboard")
        let path: String? = try reader.take("data_path")
        try reader.finish()
        let training = try Training.resume(
            folder, epochs: epochs, threads: threads, data: data, dataPath: path, maxTime: maxTime,
            tensorBoard: tensorBoard)
        try train(training, Listener(progress, context), model, result)
    }
}

/// Trains a run, and stores its model and its result where they are asked for.
private func train(
    _ training: Training, _ listener: Listener, _ model: UnsafeMutablePointer<OpaquePointer?>?, _ result: TextPlace?
) throws(FastTrainError) {
    let outcome = try training.train(stop: { listener.isStopped }, progress: { listener.hear($0.json) })
    result?.pointee = copied(outcome.json(of: training).text)
    model?.pointee = Handle.pointer(to: outcome.model)
}

/// The function that is called during training, and what it has answered.
///
/// The context is only passed on: the run calls the function on the thread that called the interface.
final class Listener: @unchecked Sendable {
    private let progress: fasttrain_progress?
    private let context: UnsafeMutableRawPointer?
    private let wantsStop = Atomic(false)

    init(_ progress: fasttrain_progress?, _ context: UnsafeMutableRawPointer?) {
        self.progress = progress
        self.context = context
    }

    /// Whether the function has asked to stop.
    var isStopped: Bool { wantsStop.load(ordering: .relaxed) }

    /// Tells the function of an event.
    func hear(_ event: @autoclosure () -> JSON) {
        guard let progress else { return }
        if event().text.withCString({ progress(context, $0) }) { wantsStop.store(true, ordering: .relaxed) }
    }
}

extension TrainingProgress {
    /// The event as the interface tells it.
    fileprivate var json: JSON {
        switch self {
        case .step(let step):
            .object([
                JSON.Member("event", "step".json), JSON.Member("epoch", step.epoch.json),
                JSON.Member("epochs", step.epochs.json), JSON.Member("step", step.step.json),
                JSON.Member("steps", step.steps.json), JSON.Member("loss", step.loss.json),
                JSON.Member("samples_per_second", step.samplesPerSecond.json),
                JSON.Member("seconds_left", step.secondsLeft.json),
            ])
        case .epoch(let record): record.json.with(JSON.Member("event", "epoch".json))
        case .saved(let path):
            .object([JSON.Member("event", "saved".json), JSON.Member("checkpoint", path.json)])
        }
    }
}

extension JSON {
    /// Returns the object with another member before its own.
    fileprivate func with(_ member: Member) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object([member] + members)
    }
}

extension Outcome {
    /// The result of a run.
    fileprivate func json(of training: Training) -> JSON {
        .object([
            JSON.Member("history", .array(history.map(\.json))),
            JSON.Member("validation", validation?.json ?? .null), JSON.Member("test", test?.json ?? .null),
            JSON.Member("best_epoch", bestEpoch.json), JSON.Member("ended_by", ending.rawValue.json),
            JSON.Member("checkpoint", checkpoint.json), JSON.Member("seconds", seconds.json),
            JSON.Member("warnings", training.warnings.json), JSON.Member("recipe", training.recipe.json),
        ])
    }
}
