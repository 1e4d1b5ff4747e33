// fasttrain.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import CFastTrain
import FastTrain

/// A place that receives a text, which the caller of the interface releases; `nil` if nobody needs it.
public typealias TextPlace = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Runs the body of a function of the interface.
///
/// - Parameters:
///   - message: Receives the line of an error.
///   - names: The names in JSON of settings and options, by those of their Swift properties.
///   - body: The body.
/// - Returns: The status: 0, or the exit code of the error that the body threw.
func status(
    _ message: TextPlace?, naming names: [String: String] = settingNames, _ body: () throws(FastTrainError) -> Void
) -> Int32 {
    do {
        try body()
        return 0
    } catch {
        message?.pointee = copied(error.naming(names).description)
        return error.exitCode
    }
}

/// The names in JSON of a recipe's settings and of options.
let settingNames: [String: String] = {
    let settings = Recipe.settings.map { ($0.property, $0.name) }
    let options = [("checkpointEvery", "checkpoint_every"), ("maxTime", "max_time"), ("tensorBoard", "tensorboard")]
    return Dictionary(uniqueKeysWithValues: settings + options)
}()

/// Returns a text as one that C reads and `fasttrain_text_release` releases. Text of fasttrain contains no zero byte.
func copied(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (place, byte) in bytes.enumerated() { copy[place] = CChar(bitPattern: byte) }
    copy[bytes.count] = 0
    return copy
}

/// Returns a text that a caller has passed.
///
/// - Throws: `.invalidUse` if it is NULL or not UTF-8.
func text(_ argument: UnsafePointer<CChar>?, _ name: String) throws(FastTrainError) -> String {
    guard let argument else { throw .invalidUse("\(name): expected a text, found NULL") }
    guard let text = String(validatingCString: argument) else {
        throw .invalidUse("\(name): expected UTF-8, found other bytes")
    }
    return text
}

/// Returns a reader of a JSON object that a caller has passed; `nil` stands for an empty object.
func object(_ argument: UnsafePointer<CChar>?, _ name: String) throws(FastTrainError) -> ObjectReader {
    guard let argument else { return try ObjectReader(.object([]), file: name, place: .file) }
    return try ObjectReader(try JSON(parsing: text(argument, name), file: name), file: name, place: .file)
}

/// Returns a pointer argument that must not be NULL.
func required<Value>(_ argument: Value?, _ name: String) throws(FastTrainError) -> Value {
    guard let argument else { throw .invalidUse("\(name): expected a pointer, found NULL") }
    return argument
}

@c @implementation
public func fasttrain_abi() -> Int32 { FASTTRAIN_ABI }

@c @implementation
public func fasttrain_version() -> UnsafePointer<CChar>! { UnsafePointer(version) }

/// The version as a C string, which lives as long as the process.
private nonisolated(unsafe) let version = copied(fasttrainVersion)

@c @implementation
public func fasttrain_text_release(_ text: UnsafeMutablePointer<CChar>!) { text?.deallocate() }
