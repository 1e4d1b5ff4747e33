import Glibc

@testable import FastTrainData
@testable import FastTrainSupport

/// Ends the program, so that libFuzzer keeps the input.
func finding(_ what: String) -> Never {
    var line = "FINDING: \(what)\n"
    _ = line.withUTF8 { System.writeAll(STDERR_FILENO, UnsafeRawBufferPointer($0)) }
    abort()
}

/// Ends the program unless `condition` is true.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { finding(what()) }
}

/// Returns what `body` reads, or `nil` if it refuses the input. The only acceptable reasons are bad data and, for
/// settings that are wrong or do not fit the data, bad usage.
func reading<Value>(orUsage: Bool = false, _ body: () throws(FastTrainError) -> Value) -> Value? {
    do throws(FastTrainError) {
        return try body()
    } catch {
        switch error {
        case .badData: break
        case _ where orUsage && error.isUsage: break
        default: finding("refused, but as no bad data: \(error)")
        }
        expect(!error.description.isEmpty, "an error without a word")
        return nil
    }
}

/// Reads or writes something that a parser accepted, which must not fail.
func again<Value>(_ what: String, _ body: () throws(FastTrainError) -> Value) -> Value {
    do throws(FastTrainError) {
        return try body()
    } catch {
        finding("\(what), though it was accepted once: \(error)")
    }
}

/// Checks that saving, reading and saving again gives the same bytes. Returns the copy that was read.
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

/// Whether to spend time on a slow check: true for one input in four, by its length.
func isOneInFour(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.count % 4 == 0 }

/// An input whose first bytes are settings.
struct Input {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// Returns the next byte, or 0 at the end.
    mutating func byte() -> UInt8 {
        guard let byte = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return byte
    }

    /// Returns one of `choices`.
    mutating func choice<Value>(_ choices: [Value]) -> Value { choices[Int(byte()) % choices.count] }

    /// Returns the bytes before the next line feed, or all that remain.
    mutating func line() -> UnsafeRawBufferPointer {
        let line = rest.prefix { $0 != 0x0A }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(line.count + 1))
        return UnsafeRawBufferPointer(rebasing: line)
    }

    /// Returns the next line as text, or `nil` if it is not valid UTF-8.
    mutating func textLine() -> String? { String(validating: line(), as: UTF8.self) }

    /// Returns the remaining input as text, or `nil` if it is not valid UTF-8.
    var text: String? { String(validating: rest, as: UTF8.self) }

    /// Returns the remaining input before and after the line `---`, or all of it and `nil` if there is no such line.
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

/// The in-memory folder for the files of this process, which `run.py` names and removes.
enum Scratch {
    static let folder: String = {
        if let folder = getenv("FASTTRAIN_FUZZ_FOLDER") { return String(cString: folder) }
        var template = Array("/dev/shm/fasttrain-fuzz-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { finding("no folder in /dev/shm") }
        return String(cString: made)
    }()

    /// Creates a file with these bytes and returns its path.
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

    /// Returns the bytes of a file.
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
