import CZlib
import Glibc

@testable import FastTrainData
@testable import FastTrainSupport

let binaryParsers = [
    Parser(name: "idx", test: testIDX),
    Parser(name: "gzip", test: testGzip),
    Parser(name: "safetensors", test: testSafeTensors),
    Parser(name: "dataset", test: testDataset),
]

// MARK: - IDX and gzip

/// Reads IDX images and, after `---`, labels; each part may be compressed.
private func testIDX(_ bytes: UnsafeRawBufferPointer) {
    let (first, second) = Input(bytes).parts
    let path = Scratch.write("images", first)
    guard let images = reading({ () throws(FastTrainError) in try IDXFile(path: path) }) else { return }
    expect(images.bytes.count == images.shape.reduce(1, *), "\(images.bytes.count) bytes of \(images.shape)")
    touch(images.bytes)
    guard let second else { return }
    let other = Scratch.write("labels", second)
    guard let labels = reading({ () throws(FastTrainError) in try IDXFile(path: other) }),
        let data = reading({ () throws(FastTrainError) in
            try Dataset(name: "input", trainImages: images, trainLabels: labels)
        })
    else { return }
    check(data)
}

/// Reads all elements.
private func touch(_ bytes: UnsafeRawBufferPointer) {
    var hash = XXH64()
    hash.update(bytes)
    _ = hash.value
}

/// Returns what zlib itself decompresses from a file, up to `most` bytes.
private func gzread(_ path: String, most: Int) -> [UInt8] {
    guard let file = gzopen(path, "rb") else { finding("gzopen") }
    defer { gzclose(file) }
    return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
        count = max(0, Int(CZlib.gzread(file, buffer.baseAddress, UInt32(most))))
    }
}

/// Checks that data decompressed in pieces of any size equals what zlib's own reader produces. The first byte
/// determines the size of the pieces, and whether the rest is a whole gzip file or compressed data only, which then
/// gets a header and the correct checksum.
private func testGzip(_ bytes: UnsafeRawBufferPointer) {
    var input = Input(bytes)
    let settings = input.byte()
    let packed = settings & 128 == 0 ? Array(input.rest) : member(input.rest)
    let path = packed.withUnsafeBytes { Scratch.write("input.gz", $0) }
    guard packed.starts(with: [0x1F, 0x8B]) else { return }
    let most = 1 << 16
    let unpacked = reading { () throws(FastTrainError) in
        let file = try FileContent(path: path, storage: .mapped)
        let inflater = try GzipInflater(file, name: path)
        let size = [1, 2, 3, 7, 64, 1000, 4096, most][Int(settings & 7)]
        var unpacked: [UInt8] = []
        while unpacked.count < most {
            let piece = try inflater.read(min(size, most - unpacked.count))
            if piece.isEmpty { break }
            unpacked += piece
        }
        return unpacked
    }
    guard let unpacked else { return }
    let right = gzread(path, most: most)
    expect(unpacked == right, "\(unpacked.count) bytes, by gzread \(right.count), or others")
}

/// Wraps compressed data into a gzip file.
private func member(_ packed: UnsafeRawBufferPointer) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        finding("inflateInit2")
    }
    defer { inflateEnd(&stream) }
    var source = Array(packed.bindMemory(to: UInt8.self)) + [0]
    let unpacked = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        source.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count - 1)
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(buffer.count)
            _ = inflate(&stream, Z_SYNC_FLUSH)
        }
        count = buffer.count - Int(stream.avail_out)
    }
    let taken = packed.count - Int(stream.avail_in)
    let checksum = UInt32(truncatingIfNeeded: crc32(0, unpacked, UInt32(unpacked.count)))
    func word(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    // The data that zlib left over follow the trailer: another member, or garbage that must be refused.
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + packed.prefix(taken) + word(checksum) + word(UInt32(unpacked.count))
        + packed.dropFirst(taken)
}

// MARK: - safetensors

/// Reads the file unchanged for one input in four, otherwise with the correct digest if it has one.
private func testSafeTensors(_ bytes: UnsafeRawBufferPointer) {
    describeSome(Scratch.write("input.safetensors", bytes), of: bytes)
    var file = Array(bytes)
    Assembly.repairDigest(&file)
    file.withUnsafeBytes { file in
        if !file.elementsEqual(bytes) { describeFile(Scratch.write("input.safetensors", file)) }
        guard let tensors = reading({ () throws(FastTrainError) in try SafeTensors(bytes: file, name: "input") }) else {
            return
        }
        var end = file.count - tensors.tensors.reduce(0) { $0 + $1.byteCount }
        for tensor in tensors.tensors {
            expect(tensor.offset == end, "tensor \(tensor.name) at \(tensor.offset), not at \(end)")
            touch(tensors.bytes(of: tensor))
            end += tensor.byteCount
            expect(tensors[tensor.name] == tensor, "another tensor of the name \(tensor.name)")
            _ = reading { () throws(FastTrainError) in try tensors.count(tensor.name) }
            let floats = reading { () throws(FastTrainError) in
                try tensors.floats(tensor.name, shape: tensor.shape)
            }
            expect((floats != nil) == (tensor.type == .f32), "numbers of \(tensor.type)")
        }
        expect(end == file.count, "tensors end at \(end) of \(file.count)")
    }
}

/// Produces everything that `inspect` prints.
func describeFile(_ path: String) {
    guard let description = reading({ () throws(FastTrainError) in try FileDescription(path: path) }) else { return }
    expect(!description.text.isEmpty, "no text")
    let json = description.json.text
    // A text in the metadata may be longer than our own reader accepts for a string value.
    if description.metadata.values.allSatisfy({ $0.utf8.count < 10_000 }) {
        _ = again("\(json) is refused") { () throws(FastTrainError) in try JSON(parsing: json, file: "inspect") }
    }
    if let data = description.dataset { check(data) }
}

/// Does the same for one input in four, because it takes a third of the time of everything else.
func describeSome(_ path: String, of bytes: UnsafeRawBufferPointer) {
    if isOneInFour(bytes) { describeFile(path) }
}

/// Reads an assembled data set. For one input in four, an accepted one is written and must be read back unchanged.
private func testDataset(_ bytes: UnsafeRawBufferPointer) {
    guard let file = Assembly.file(bytes) else { return }
    let path = file.withUnsafeBytes { Scratch.write("input.safetensors", $0) }
    describeSome(path, of: bytes)
    guard let data = reading({ () throws(FastTrainError) in try Dataset(path: path) }) else { return }
    check(data)
    guard isOneInFour(bytes) else { return }
    let copy = checkCopies(of: data, read: { path throws(FastTrainError) in try Dataset(path: path) }) {
        data, path throws(FastTrainError) in
        try data.write(to: path)
    }
    expect(copy.task == data.task && copy.featureShape == data.featureShape, "another task or shape")
    expect(copy.preprocessing == data.preprocessing, "other columns")
}

/// Checks what a data set guarantees: labels are valid classes, numbers are finite, weights are at least 0.
private func check(_ data: Dataset) {
    defer { extendLifetime(data) }
    expect(!data.summary.isEmpty, "no summary")
    for split in [data.train, data.test].compactMap({ $0 }) {
        expect(split.count > 0, "no rows")
        let features = split.count * data.featureCount
        switch split.features {
        case .u8(let base, let scale):
            touch(UnsafeRawBufferPointer(start: base, count: features))
            expect(scale.isFinite, "scale \(scale)")
        case .f32(let base): for index in 0..<features { expect(base[index].isFinite, "feature \(base[index])") }
        }
        switch split.targets {
        case .values(let base, let outputs):
            expect(outputs == data.outputCount, "\(outputs) targets of \(data.outputCount)")
            for index in 0..<split.count * outputs { expect(base[index].isFinite, "target \(base[index])") }
        default:
            for row in 0..<split.count {
                expect((0..<data.outputCount).contains(split.label(row)), "label \(split.label(row))")
            }
        }
        if let weights = split.weights {
            for row in 0..<split.count { expect(weights[row] >= 0 && weights[row].isFinite, "weight \(weights[row])") }
        }
    }
}
