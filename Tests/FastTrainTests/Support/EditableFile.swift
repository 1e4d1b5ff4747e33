@testable import FastTrain

/// The parts of a safetensors file, which can be changed and written again with a correct digest.
struct EditableFile {
    var metadata: [String: String]
    var tensors: [(name: String, type: TensorType, shape: [Int], bytes: [UInt8])]

    init(_ path: String) throws {
        let file = try SafeTensors(path: path)
        metadata = file.metadata
        metadata["digest"] = nil
        tensors = file.tensors.map { ($0.name, $0.type, $0.shape, Array(file.bytes(of: $0))) }
    }

    func write(to path: String) throws {
        let copies = tensors.map { tensor in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.bytes.count, alignment: 64)
            copy.copyBytes(from: tensor.bytes)
            return TensorToWrite(
                name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: UnsafeRawBufferPointer(copy))
        }
        try SafeTensorsWriter.write(copies, metadata: metadata, to: path)
    }
}
