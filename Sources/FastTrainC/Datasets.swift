// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain

@c @implementation
public func fasttrain_dataset_open(
    _ path: UnsafePointer<CChar>!, _ in_memory: Bool, _ dataset: UnsafeMutablePointer<OpaquePointer?>!,
    _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(dataset, "dataset")
        let found = try Dataset(path: text(path, "path"), storage: in_memory ? .memory : .mapped)
        place.pointee = Handle.pointer(to: found)
    }
}

@c @implementation
public func fasttrain_dataset_sample(_ dataset: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!) -> Int32 {
    status(message) { () throws(FastTrainError) in
        try required(dataset, "dataset").pointee = Handle.pointer(to: try Dataset.mnistSample())
    }
}

@c @implementation
public func fasttrain_dataset_make(
    _ description: UnsafePointer<CChar>!, _ train: UnsafePointer<fasttrain_rows>!,
    _ test: UnsafePointer<fasttrain_rows>!, _ dataset: UnsafeMutablePointer<OpaquePointer?>!, _ message: TextPlace!
) -> Int32 {
    // The owners exist before anything can fail, so that the memory is released in any case.
    let owners = [train, test].map { $0.map { RowsOwner($0.pointee) } }
    return status(message) { () throws(FastTrainError) in
        let place = try required(dataset, "dataset")
        let rows = try required(train, "train").pointee.foreign("train", owners[0])
        let testRows = try test.map { rows throws(FastTrainError) in try rows.pointee.foreign("test", owners[1]) }
        place.pointee = Handle.pointer(
            to: try Dataset(describedBy: object(description, "description"), train: rows, test: testRows))
    }
}

@c @implementation
public func fasttrain_dataset_write(
    _ dataset: OpaquePointer!, _ path: UnsafePointer<CChar>!, _ message: TextPlace!
) -> Int32 {
    status(message) { () throws(FastTrainError) in
        try Handle<Dataset>.value(dataset, "dataset").write(to: text(path, "path"))
    }
}

@c @implementation
public func fasttrain_dataset_describe(_ dataset: OpaquePointer!, _ json: TextPlace!, _ message: TextPlace!) -> Int32 {
    status(message) { () throws(FastTrainError) in
        let place = try required(json, "json")
        let dataset = try Handle<Dataset>.value(dataset, "dataset")
        let members = [
            JSON.Member("name", dataset.name.json), JSON.Member("train_rows", dataset.train.count.json),
            JSON.Member("test_rows", (dataset.test?.count ?? 0).json),
        ]
        place.pointee = copied(
            JSON.object(members + shapeMembers(dataset.featureShape, dataset.task, dataset.scale)).text)
    }
}

@c @implementation
public func fasttrain_dataset_release(_ dataset: OpaquePointer!) { Handle<Dataset>.release(dataset) }

/// Returns the members of a description that data sets and models share.
func shapeMembers(_ featureShape: [Int], _ task: Dataset.Task, _ scale: Float?) -> [JSON.Member] {
    let outputs =
        switch task {
        case .classification(let classes): JSON.Member("classes", classes.json)
        case .regression(let targets): JSON.Member("targets", targets.json)
        }
    return [JSON.Member("feature_shape", featureShape.json), outputs]
        + (scale.map { [JSON.Member("scale", Double($0).json)] } ?? [])
}

extension Dataset {
    /// Creates the data set that `fasttrain_dataset_make` describes.
    fileprivate init(
        describedBy description: ObjectReader, train: ForeignRows, test: ForeignRows?
    ) throws(FastTrainError) {
        var description = description
        let name: String? = try description.take("name")
        let shape: [Int] = try description.take("feature_shape")
        let classes: [String]? = try description.take("classes")
        let targets: [String]? = try description.take("targets")
        let scale: Double? = try description.take("scale")
        try description.finish()
        if classes != nil && targets != nil {
            throw description.fault("targets", expected: "no targets beside classes", found: "both")
        }
        if let scale, !Float(scale).isFinite {
            throw description.fault("scale", expected: "a finite number", found: "\(scale)")
        }
        try self.init(
            name: name ?? "rows in memory", featureShape: shape,
            task: classes.map { .classification(classes: $0) } ?? targets.map { .regression(targets: $0) },
            scale: scale.map { Float($0) } ?? 1 / 255, train: train, test: test)
    }
}

/// The owner of rows in memory: tells the program that they belong to when they are no longer needed.
private final class RowsOwner: @unchecked Sendable {  // The context is only passed on, which `release` must allow.
    private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    private let context: UnsafeMutableRawPointer?

    init(_ rows: fasttrain_rows) {
        release = rows.release
        context = rows.context
    }

    deinit { release?(context) }
}

extension fasttrain_rows {
    /// Returns the rows as those of a data set.
    fileprivate func foreign(_ name: String, _ owner: RowsOwner?) throws(FastTrainError) -> ForeignRows {
        ForeignRows(
            count: count, features: try required(features, "\(name).features"),
            featuresType: try features_type.tensorType("\(name).features_type"),
            targets: try required(targets, "\(name).targets"),
            targetsType: try targets_type.tensorType("\(name).targets_type"), weights: weights,
            owner: try required(owner, name))
    }
}

extension fasttrain_type {
    /// The type in a data set.
    fileprivate func tensorType(_ name: String) throws(FastTrainError) -> TensorType {
        switch self {
        case FASTTRAIN_U8: .u8
        case FASTTRAIN_F32: .f32
        case FASTTRAIN_I64: .i64
        default:
            throw .invalidUse("\(name): expected FASTTRAIN_U8, FASTTRAIN_F32 or FASTTRAIN_I64, found \(rawValue)")
        }
    }
}
