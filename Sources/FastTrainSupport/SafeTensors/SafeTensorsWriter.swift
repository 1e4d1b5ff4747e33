/// Writes safetensors files. The same tensors and metadata always give the same bytes.
///
/// The metadata contains a digest of the whole file, and the first element is at a multiple of 64 bytes.
package enum SafeTensorsWriter {
    /// The alignment of the first element in the file: the size of a cache line and of the widest vector.
    static let alignment = 64
    /// The maximum number of tensors in a file. The metadata is one more member of the header.
    package static let maxTensors = JSONScanner.maxMembers - 1

    /// Writes a file atomically (see `AtomicFile`), with a `digest` added to `metadata`.
    ///
    /// Tensors with wider elements come first, so that every tensor is aligned to its elements. Otherwise the order is
    /// preserved.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, with unique names.
    ///   - metadata: The metadata entries, without the digest.
    ///   - path: The file to create or replace.
    ///   - check: Called with the path of the complete temporary file before it replaces the old file.
    /// - Throws: The errors of `AtomicFile.write`, and `.cannotCreate` if there are more tensors than a header may
    ///   have.
    package static func write(
        _ tensors: [TensorToWrite], metadata: [String: String], to path: String,
        check: (_ temporary: String) throws(FastTrainError) -> Void = { _ in }
    ) throws(FastTrainError) {
        defer { extendLifetime(tensors) }
        precondition(metadata[digestKey] == nil, "the writer adds the digest itself")
        precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
        let ordered = ordered(tensors, \.type)
        let layouts = ordered.map { TensorLayout(name: $0.name, type: $0.type, shape: $0.shape) }
        var hash = XXH64()
        var header = header(layouts, metadata)
        try expectReadable(header, layouts, to: path)
        header.withUnsafeBytes { hash.update($0) }
        for tensor in ordered { try tensor.withBytes { hash.update($0) } }
        setDigest(hexadecimal(hash.value), in: &header)
        try AtomicFile.write(to: path, check: check) { (sink) throws(FastTrainError) in
            try sink.write(header)
            for tensor in ordered {
                try tensor.withBytes { (bytes) throws(FastTrainError) in try sink.write(bytes) }
            }
        }
    }

    /// Writes a file whose tensors are all produced at the same time, piece by piece.
    ///
    /// Like `write(_:metadata:to:check:)`, this writes atomically, adds a digest and puts tensors with wider elements
    /// first.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, with unique names.
    ///   - metadata: The metadata entries, without the digest.
    ///   - path: The file to create or replace.
    ///   - check: Called with the path of the complete temporary file before it replaces the old file.
    ///   - body: Appends elements to the streams, which are indexed like `tensors`.
    /// - Throws: The errors of `AtomicFile.write`, and `.cannotCreate` if there are more tensors than a header may
    ///   have.
    package static func write(
        streaming tensors: [TensorLayout], metadata: [String: String], to path: String,
        check: (_ temporary: String) throws(FastTrainError) -> Void,
        _ body: (inout TensorStreams) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        let ordered = ordered(tensors, \.type)
        var header = header(ordered, metadata)
        try expectReadable(header, ordered, to: path)
        try AtomicFile.write(to: path, check: check) { (sink) throws(FastTrainError) in
            try sink.write(header)
            var streams = TensorStreams(tensors, fileOrder: ordered, from: header.count, sink.descriptor, path)
            try body(&streams)
            setDigest(try streams.finish(), in: &header)
            try TensorStreams.write(header, at: 0, sink.descriptor, path)
        }
    }

    /// Throws `.cannotCreate` if `SafeTensors` would not accept the header.
    private static func expectReadable(
        _ header: [UInt8], _ tensors: [TensorLayout], to path: String
    ) throws(FastTrainError) {
        let (length, extents) = (header.count, tensors.reduce(0) { $0 + $1.shape.count })
        guard length <= SafeTensorsHeader.maxHeaderBytes, tensors.count <= maxTensors,
            extents <= SafeTensorsHeader.maxExtents
        else {
            let reason =
                "its header would have \(tensors.count) tensors in \(length) bytes, which is more than can be read back"
            throw .cannotCreate(path: path, reason: reason)
        }
    }

    private static func ordered<Tensor>(_ tensors: [Tensor], _ type: (Tensor) -> TensorType) -> [Tensor] {
        [8, 4, 2, 1].flatMap { width in tensors.filter { type($0).size == width } }
    }

    /// Returns the header, preceded by its length: JSON with its members in a fixed order, padded with spaces so that
    /// the elements start at a multiple of `alignment`. The digest has its placeholder.
    private static func header(_ tensors: [TensorLayout], _ metadata: [String: String]) -> [UInt8] {
        var entries = metadata
        entries[digestKey] = digestPrefix + digestPlaceholder
        let sorted = entries.sorted { $0.key < $1.key }
        var members = [JSON.Member("__metadata__", .object(sorted.map { JSON.Member($0.key, .string($0.value)) }))]
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.byteCount
            members.append(
                JSON.Member(
                    tensor.name,
                    .object([
                        JSON.Member("dtype", .string(tensor.type.rawValue)),
                        JSON.Member("shape", .array(tensor.shape.map(JSON.integer))),
                        JSON.Member("data_offsets", .array([.integer(offset), .integer(end)])),
                    ])))
            offset = end
        }
        var json = Array(JSON.object(members).text.utf8)
        let unpadded = SafeTensorsHeader.lengthBytes + json.count
        let padded = (unpadded + alignment - 1) / alignment * alignment
        json += repeatElement(UInt8(ascii: " "), count: padded - unpadded)
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }

    /// Replaces the placeholder of the digest by the digits.
    private static func setDigest(_ digits: String, in header: inout [UInt8]) {
        // Quotes in metadata values are escaped, so these bytes occur exactly once.
        let entry = Array("\"\(digestKey)\":\"\(digestPrefix)\(digestPlaceholder)\"".utf8)
        var place = 0
        while !header[place...].starts(with: entry) { place += 1 }
        let end = place + entry.count - 1
        header.replaceSubrange(end - digits.utf8.count..<end, with: digits.utf8)
    }
}
