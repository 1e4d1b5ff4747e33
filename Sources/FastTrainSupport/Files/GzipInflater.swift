import CZlib

/// Decompresses a gzip file (RFC 1952) piece by piece, with zlib.
///
/// Consecutive members form one stream, as with gzip(1). Anything else after a member is an error.
package final class GzipInflater {
    /// The maximum compression ratio of deflate: a match of 258 bytes takes at least two bits.
    package static let maxRatio = 1032

    /// Returns whether `bytes` start like a gzip file.
    package static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    private let file: FileContent
    private var packed: UnsafeRawBufferPointer { file.bytes }
    private let name: String
    private let stream: UnsafeMutablePointer<z_stream>
    /// The number of compressed bytes that zlib has consumed.
    private var taken = 0
    private var ended = false

    /// Creates an inflater for `file`, which is called `name` in messages.
    package init(_ file: FileContent, name: String) throws(FastTrainError) {
        self.file = file
        self.name = name
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 window bits, the maximum; 16 more for gzip's header and trailer.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw .internalError("zlib's inflateInit2 returned \(status)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses until `output` is full or the stream ends.
    ///
    /// - Returns: The number of bytes written to `output`.
    /// - Throws: `.badData` if the stream is damaged or truncated.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(FastTrainError) -> Int {
        defer { extendLifetime(self) }
        var filled = 0
        while filled < output.count {
            if ended {
                guard try startNextMember() else { break }
            }
            // zlib counts in 32 bits, so it gets at most 1 GiB at a time.
            let input = min(packed.count - taken, 1 << 30)
            let room = min(output.count - filled, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: (packed.baseAddress! + taken).assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(input)
            stream.pointee.next_out = (output.baseAddress! + filled).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let status = inflate(stream, Z_NO_FLUSH)
            taken += input - Int(stream.pointee.avail_in)
            filled += room - Int(stream.pointee.avail_out)
            switch status {
            case Z_OK: continue
            case Z_STREAM_END: ended = true
            case Z_BUF_ERROR where taken == packed.count: throw fault("more compressed data", "the end of the file")
            default:
                throw fault("valid gzip data", stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
        }
        return filled
    }

    /// Returns the next `count` bytes, or fewer at the end of the stream.
    package func read(_ count: Int) throws(FastTrainError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try read(into: buffer))])
    }

    /// Starts the next member. Returns false at the end of the file.
    private func startNextMember() throws(FastTrainError) -> Bool {
        let rest = UnsafeRawBufferPointer(rebasing: packed[taken...])
        if rest.isEmpty { return false }
        guard Self.recognizes(rest) else {
            throw fault("the end of the file or another gzip member", "byte 0x\(hexadecimal(rest[0]))")
        }
        inflateReset(stream)
        ended = false
        return true
    }

    /// Returns an error at the current position in the compressed file.
    private func fault(_ expected: String, _ found: String) -> FastTrainError {
        .badData(
            file: name, place: .byte(UInt64(taken)), expected: expected, found: found + " (in the compressed file)")
    }
}
