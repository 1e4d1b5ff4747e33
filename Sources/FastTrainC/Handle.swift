import FastTrain

/// An object behind an opaque pointer of the interface.
final class Handle<Value: Sendable>: Sendable {
    let value: Value

    private init(_ value: Value) { self.value = value }

    /// Returns a pointer to a new object, which `release` releases.
    static func pointer(to value: Value) -> OpaquePointer {
        OpaquePointer(Unmanaged.passRetained(Handle(value)).toOpaque())
    }

    /// Returns the value behind a pointer.
    ///
    /// - Throws: `.invalidUse` if the pointer is NULL.
    static func value(_ pointer: OpaquePointer?, _ name: String) throws(FastTrainError) -> Value {
        let pointer = try required(pointer, name)
        return Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue().value
    }

    /// Releases an object; does nothing for NULL.
    static func release(_ pointer: OpaquePointer?) {
        guard let pointer else { return }
        Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).release()
    }
}
