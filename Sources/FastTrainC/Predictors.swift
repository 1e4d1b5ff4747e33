// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain

@c @implementation
public func fasttrain_predictor_make(
    _ model: OpaquePointer!, _ predictor: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(predictor, "predictor")
        place.pointee = Handle.pointer(to: try Predictor(Handle<Model>.value(model, "model")))
    }
}

@c @implementation
public func fasttrain_predictor_predict(
    _ predictor: OpaquePointer!, _ features: UnsafeRawPointer!, _ features_type: fasttrain_type, _ rows: Int,
    _ threads: Int32, _ predictions: UnsafeMutablePointer<Float>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let predictor = try Handle<Predictor>.value(predictor, "predictor")
        let base = try required(features, "features")
        let values = try required(predictions, "predictions")
        let (inputs, isTooLarge) = rows.multipliedReportingOverflow(by: predictor.inputs)
        let (outputs, isTooLargeToo) = rows.multipliedReportingOverflow(by: predictor.outputs)
        guard rows > 0, !isTooLarge, !isTooLargeToo else {
            throw .invalidSetting(name: "rows", expected: "at least 1, and no more than memory holds", found: "\(rows)")
        }
        let isAligned = features_type != FASTTRAIN_F32 || Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0
        guard isAligned, Int(bitPattern: values) % MemoryLayout<Float>.alignment == 0 else {
            throw .invalidUse("expected numbers aligned to 4 bytes, found others")
        }
        var output = MutableSpan(_unsafeStart: values, count: outputs)
        let threads = count(ofThreads: threads)
        switch features_type {
        case FASTTRAIN_F32:
            let features = base.assumingMemoryBound(to: Float.self)
            try predictor.predict(Span(_unsafeStart: features, count: inputs), into: &output, threads: threads)
        case FASTTRAIN_U8:
            let features = base.assumingMemoryBound(to: UInt8.self)
            try predictor.predict(Span(_unsafeStart: features, count: inputs), into: &output, threads: threads)
        default:
            throw .invalidUse("features_type: expected FASTTRAIN_U8 or FASTTRAIN_F32, found \(features_type.rawValue)")
        }
    }
}

@c @implementation
public func fasttrain_predictor_release(_ predictor: OpaquePointer!) { Handle<Predictor>.release(predictor) }
