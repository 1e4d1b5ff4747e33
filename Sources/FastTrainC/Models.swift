// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain

@c @implementation
public func fasttrain_model_open(
    _ path: UnsafePointer<CChar>!, _ model: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(model, "model")
        place.pointee = Handle.pointer(to: try Model(path: text(path, "path")))
    }
}

@c @implementation
public func fasttrain_model_save(
    _ model: OpaquePointer!, _ path: UnsafePointer<CChar>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        try Handle<Model>.value(model, "model").save(to: text(path, "path"))
    }
}

@c @implementation
public func fasttrain_model_describe(_ model: OpaquePointer!, _ json: TextPlace!, _ message: TextPlace!) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(json, "json")
        let model = try Handle<Model>.value(model, "model")
        let parameters = model.floatTensors.map {
            JSON.object([JSON.Member("name", $0.name.json), JSON.Member("shape", $0.shape.json)])
        }
        let members = [
            JSON.Member("recipe", model.recipe.json), JSON.Member("probabilities", model.hasProbabilities.json),
            JSON.Member("parameters", .array(parameters)),
        ]
        place.pointee = copied(JSON.object(members + shapeMembers(model.featureShape, model.task, model.scale)).text)
    }
}

@c @implementation
public func fasttrain_model_parameter(
    _ model: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ values: UnsafeMutablePointer<Float>!, _ count: Int,
    _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let tensors = try Handle<Model>.value(model, "model").floatTensors
        let name = try text(name, "name")
        let place = try required(values, "values")
        guard let tensor = tensors.first(where: { $0.name == name }) else {
            let names = tensors.map(\.name).joined(separator: ", ")
            throw .invalidSetting(name: "name", expected: "one of \(names)", found: "'\(name)'")
        }
        guard count == tensor.floats.count else {
            throw .invalidSetting(
                name: "count", expected: "\(tensor.floats.count), the numbers of \(name)", found: "\(count)")
        }
        UnsafeMutableRawPointer(place).copyMemory(
            from: tensor.floats, byteCount: count * MemoryLayout<Float>.stride)
    }
}

@c @implementation
public func fasttrain_model_evaluate(
    _ model: OpaquePointer!, _ dataset: OpaquePointer!, _ on_test: Bool, _ threads: Int32, _ json: TextPlace!,
    _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(json, "json")
        let data = try Handle<Dataset>.value(dataset, "dataset")
        guard let split = on_test ? data.test : data.train else {
            throw .badData(file: data.name, place: .file, expected: "test rows", found: "training rows only")
        }
        let evaluation = try Handle<Model>.value(model, "model").evaluate(split, threads: count(ofThreads: threads))
        place.pointee = copied(evaluation.json.text)
    }
}

@c @implementation
public func fasttrain_model_release(_ model: OpaquePointer!) { Handle<Model>.release(model) }

/// Returns a number of threads that a caller has passed; 0 stands for `nil`.
func count(ofThreads threads: Int32) -> Int? { threads == 0 ? nil : Int(threads) }
