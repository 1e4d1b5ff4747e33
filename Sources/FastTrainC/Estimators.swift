// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain
import Synchronization

@c @implementation
public func fasttrain_estimator_make(
    _ estimator: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        try required(estimator, "estimator").pointee = Handle.pointer(to: Estimator())
    }
}

@c @implementation
public func fasttrain_estimator_fit(
    _ estimator: OpaquePointer!, _ settings: UnsafePointer<CChar>!, _ dataset: OpaquePointer!, _ is_partial: Bool,
    _ progress: fasttrain_progress!, _ context: UnsafeMutableRawPointer!, _ attributes: TextPlace!,
    _ message: TextPlace!
) -> Int32 {
    status(message, naming: estimatorNames) { () throws(FastTrainError) in
        let estimator = try Handle<Estimator>.value(estimator, "estimator")
        let data = try Handle<Dataset>.value(dataset, "dataset")
        var reader = try object(settings, "settings")
        let loss: DatasetEstimator.Loss = try reader.take("loss")
        let settings = try MLPSettings(&reader)
        try reader.finish()
        let listener = Listener(progress, context)
        let found = try estimator.fit(settings, on: data, loss: loss, isPartial: is_partial, listener)
        attributes?.pointee = copied(found.text)
    }
}

@c @implementation
public func fasttrain_estimator_model(
    _ estimator: OpaquePointer!, _ model: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(model, "model")
        guard let found = try Handle<Estimator>.value(estimator, "estimator").model else {
            throw .invalidUse("not trained yet: fit comes first")
        }
        place.pointee = Handle.pointer(to: found)
    }
}

@c @implementation
public func fasttrain_estimator_release(_ estimator: OpaquePointer!) { Handle<Estimator>.release(estimator) }

/// The names in JSON of an estimator's settings that differ from those of their Swift properties.
private let estimatorNames = [
    "hiddenLayerSizes": "hidden_layer_sizes", "batchSize": "batch_size", "learningRate": "learning_rate",
    "learningRateInit": "learning_rate_init", "powerT": "power_t", "maxIter": "max_iter", "maxFun": "max_fun",
    "randomState": "random_state", "warmStart": "warm_start", "nesterovsMomentum": "nesterovs_momentum",
    "earlyStopping": "early_stopping", "validationFraction": "validation_fraction", "beta1": "beta_1",
    "beta2": "beta_2", "nIterNoChange": "n_iter_no_change",
]

/// An estimator behind a pointer. A second thread would wait for the first.
private final class Estimator: Sendable {
    private let state = Mutex(DatasetEstimator())

    var model: Model? { state.withLock { $0.model } }

    /// Trains, and returns the fitted attributes.
    func fit(
        _ settings: MLPSettings, on data: Dataset, loss: DatasetEstimator.Loss, isPartial: Bool, _ listener: Listener
    ) throws(FastTrainError) -> JSON {
        let result = state.withLock { state in
            Result { () throws(FastTrainError) in
                let isContinued = (isPartial || settings.warmStart) && state.model != nil
                let known = isContinued ? (state.fitted.lossCurve.count, state.fitted.validationScores.count) : (0, 0)
                try state.fit(
                    settings, on: data, loss: loss, isPartial: isPartial, stop: { listener.isStopped }
                ) { listener.hear($0.json) }
                return state.fitted.json(after: known)
            }
        }
        return try result.get()
    }
}

extension FitProgress {
    /// The event as the interface tells it.
    fileprivate var json: JSON {
        .object([
            JSON.Member("event", "epoch".json), JSON.Member("epoch", iteration.json), JSON.Member("loss", loss.json),
            JSON.Member("validation_score", validationScore.json), JSON.Member("learning_rate", learningRate.json),
        ])
    }
}

extension MLPFitted {
    /// The fitted attributes, with the losses and scores from a number on.
    fileprivate func json(after known: (losses: Int, scores: Int)) -> JSON {
        .object([
            JSON.Member("n_iter", nIter.json), JSON.Member("t", t.json), JSON.Member("loss", loss.json),
            JSON.Member("best_loss", bestLoss.json),
            JSON.Member("best_validation_score", bestValidationScore.json),
            JSON.Member("converged", isConverged.json),
            JSON.Member("loss_curve", Array(lossCurve.dropFirst(known.losses)).json),
            JSON.Member("validation_scores", Array(validationScores.dropFirst(known.scores)).json),
        ])
    }
}

extension MLPSettings {
    /// Takes the settings that an object has, by scikit-learn's names; the others have their defaults.
    fileprivate init(_ reader: inout ObjectReader) throws(FastTrainError) {
        self.init()
        func take<Value: JSONConvertible>(
            _ name: String, _ path: WritableKeyPath<MLPSettings, Value>
        ) throws(FastTrainError) {
            if reader[name] != nil { self[keyPath: path] = try reader.take(name) }
        }
        try take("hidden_layer_sizes", \.hiddenLayerSizes)
        if reader["activation"] == .string("logistic") {
            activation = .logistic
            let _: String = try reader.take("activation")
        }
        try take("activation", \.activation)
        try take("solver", \.solver)
        try take("alpha", \.alpha)
        if let rows: Int = try reader.take("batch_size") { batchSize = .rows(rows) }
        try take("learning_rate", \.learningRate)
        try take("learning_rate_init", \.learningRateInit)
        try take("power_t", \.powerT)
        try take("max_iter", \.maxIter)
        try take("shuffle", \.shuffle)
        if let seed: Int = try reader.take("random_state") { randomState = UInt64(bitPattern: Int64(seed)) }
        try take("tol", \.tol)
        try take("warm_start", \.warmStart)
        try take("momentum", \.momentum)
        try take("nesterovs_momentum", \.nesterovsMomentum)
        try take("early_stopping", \.earlyStopping)
        try take("validation_fraction", \.validationFraction)
        try take("beta_1", \.beta1)
        try take("beta_2", \.beta2)
        try take("epsilon", \.epsilon)
        try take("n_iter_no_change", \.nIterNoChange)
        try take("max_fun", \.maxFun)
        threads = try reader.take("threads")
    }
}

extension DatasetEstimator.Loss: JSONConvertible {}
extension MLPSettings.Solver: JSONConvertible {}
extension MLPSettings.LearningRateSchedule: JSONConvertible {}
