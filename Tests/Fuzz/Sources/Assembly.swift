@testable import FastTrainData
@testable import FastTrainSupport

/// A safetensors file built from a few lines, so that a mutation of the lines is still a valid file: the length of the
/// header, the offsets and the digest are always correct.
///
///     format=fasttrain.model.v1        metadata, a line each
///     recipe={"hidden":[2],…
///                                      an empty line
///     0.weight F32 2 3                 tensors, a line each
///                                      an empty line
///     (bytes, repeated until all tensors are full; without any, zeros)
enum Assembly {
    /// The maximum number of bytes in all tensors together.
    private static let maxBytes = 1 << 16

    /// Returns `nil` if the lines do not describe a file.
    static func file(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var input = Input(bytes)
        var metadata: [(String, String)] = []
        while !input.rest.isEmpty {
            guard let line = input.textLine() else { return nil }
            if line.isEmpty { break }
            guard let equals = line.firstIndex(of: "=") else { return nil }
            metadata.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
        }
        var tensors: [(name: String, type: String, shape: [Int])] = []
        while !input.rest.isEmpty {
            guard let line = input.textLine() else { return nil }
            if line.isEmpty { break }
            let words = line.split(separator: " ")
            let shape = words.dropFirst(2).compactMap { Int($0) }
            guard words.count >= 2, shape.count == words.count - 2 else { return nil }
            tensors.append((String(words[0]), String(words[1]), shape))
        }
        return file(metadata, tensors, data: Array(input.rest))
    }

    static func file(
        _ metadata: [(String, String)], _ tensors: [(name: String, type: String, shape: [Int])], data: [UInt8]
    ) -> [UInt8]? {
        var members = [JSON.Member("__metadata__", .object(metadata.map { JSON.Member($0.0, .string($0.1)) }))]
        var end = 0
        for tensor in tensors {
            var count = TensorType(rawValue: tensor.type)?.size ?? 1
            for extent in tensor.shape {
                guard extent >= 0, extent <= maxBytes else { return nil }
                count *= extent
                guard count <= maxBytes else { return nil }
            }
            members.append(
                JSON.Member(
                    tensor.name,
                    .object([
                        JSON.Member("dtype", .string(tensor.type)), JSON.Member("shape", tensor.shape.json),
                        JSON.Member("data_offsets", [end, end + count].json),
                    ])))
            end += count
            guard end <= maxBytes else { return nil }
        }
        var header = Array(JSON.object(members).text.utf8)
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
        file += data.isEmpty ? [UInt8](repeating: 0, count: end) : (0..<end).map { data[$0 % data.count] }
        repairDigest(&file)
        return file
    }

    /// Replaces the digest of a file, if it has one, by the correct one.
    static func repairDigest(_ file: inout [UInt8]) {
        let place: (Int, String)? = file.withUnsafeBytes { bytes in
            guard let tensors = try? SafeTensors(bytes: bytes, name: "input"), let offset = tensors.digestOffset else {
                return nil
            }
            return (offset, hexadecimal(tensors.contentHash()))
        }
        guard let (offset, digits) = place else { return }
        file.replaceSubrange(offset..<offset + digits.utf8.count, with: digits.utf8)
    }
}
