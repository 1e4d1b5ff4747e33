import Glibc

@testable import FastTrainData
@testable import FastTrainSupport

/// Ends the program: libFuzzer then keeps the input.
func finding(_ what: String) -> Never {
    var line = "FINDING: \(what)\n"
    _ = line.withUTF8 { System.writeAll(STDERR_FILENO, UnsafeRawBufferPointer($0)) }
    abort()
}

/// Ends the program unless `condition` holds.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { finding(what()) }
}

/// What `body` reads; nil when it refuses that, which has to be for bad data or, where settings are wrong or do not fit
/// the data, for bad usage.
func reading<Value>(orUsage: Bool = false, _ body: () throws(FastTrainError) -> Value) -> Value? {
    do throws(FastTrainError) {
        return try body()
    } catch {
        switch error {
        case .badData: break
        case .usage where orUsage: break
        default: finding("refused, but as no bad data: \(error)")
        }
        expect(!error.description.isEmpty, "an error without a word")
        return nil
    }
}

/// What a parser accepted, to be read or written once more: that may not fail.
func again<Value>(_ what: String, _ body: () throws(FastTrainError) -> Value) -> Value {
    do throws(FastTrainError) {
        return try body()
    } catch {
        finding("\(what), though it was accepted once: \(error)")
    }
}

/// What was read is, saved and read and saved once more, the same bytes. Returns the copy that was read.
@discardableResult
func checkCopies<Value>(
    of value: Value, read: (String) throws(FastTrainError) -> Value,
    save: (Value, String) throws(FastTrainError) -> Void
) -> Value {
    let paths = ["first.safetensors", "second.safetensors"].map { Scratch.folder + "/" + $0 }
    again("saving fails") { () throws(FastTrainError) in try save(value, paths[0]) }
    let copy = again("what was saved is refused") { () throws(FastTrainError) in try read(paths[0]) }
    again("saving fails") { () throws(FastTrainError) in try save(copy, paths[1]) }
    expect(Scratch.read(paths[0]) == Scratch.read(paths[1]), "other bytes when it is saved again")
    return copy
}

/// Whether something that takes long is to be done with this input: with one in four, told by its length.
func isOneInFour(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.count % 4 == 0 }

/// An input, from which settings are taken first.
struct Input {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// The next byte; 0 at the end.
    mutating func byte() -> UInt8 {
        guard let byte = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return byte
    }

    /// One of `choices`.
    mutating func choice<Value>(_ choices: [Value]) -> Value { choices[Int(byte()) % choices.count] }

    /// The bytes before the next line feed, or all that are left.
    mutating func line() -> UnsafeRawBufferPointer {
        let line = rest.prefix { $0 != 0x0A }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(line.count + 1))
        return UnsafeRawBufferPointer(rebasing: line)
    }

    /// The next line as text; nil when it is not UTF-8.
    mutating func textLine() -> String? { String(validating: line(), as: UTF8.self) }

    /// What is left as text; nil when it is not UTF-8.
    var text: String? { String(validating: rest, as: UTF8.self) }

    /// What is left before and after the line `---`; all of it and nil when there is no such line.
    var parts: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) {
        let mark = Array("\n---\n".utf8)
        guard rest.count >= mark.count,
            let place = (0...rest.count - mark.count).first(where: { rest[$0...].starts(with: mark) })
        else { return (rest, nil) }
        return (
            UnsafeRawBufferPointer(rebasing: rest[..<place]),
            UnsafeRawBufferPointer(rebasing: rest[(place + mark.count)...])
        )
    }
}

/// The folder for the files of this process, in memory; `run.py` names one and removes it.
enum Scratch {
    static let folder: String = {
        if let folder = getenv("FASTTRAIN_FUZZ_FOLDER") { return String(cString: folder) }
        var template = Array("/dev/shm/fasttrain-fuzz-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { finding("no folder in /dev/shm") }
        return String(cString: made)
    }()

    /// Makes a file with these bytes and returns its path.
    @discardableResult
    static func write(_ name: String, _ bytes: UnsafeRawBufferPointer) -> String {
        let path = folder + "/" + name
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, System.writeAll(descriptor, bytes) else { finding("cannot write \(path)") }
        close(descriptor)
        return path
    }

    @discardableResult
    static func write(_ name: String, _ text: String) -> String {
        var text = text
        return text.withUTF8 { write(name, UnsafeRawBufferPointer($0)) }
    }

    /// The bytes of a file.
    static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { finding("cannot read \(path)") }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
    }
}
