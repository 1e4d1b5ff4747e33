/// A tensor from any source, before its meaning is known. Data sets are created from raw tensors.
struct RawTensor {
    /// The name of its file in errors.
    let file: String
    /// The name in the file; empty if the tensor is the whole content of the file.
    let name: String
    let type: TensorType
    let shape: [Int]
    let bytes: UnsafeRawBufferPointer
    /// The object that keeps `bytes` alive.
    let owner: any AnyObject & Sendable

    /// The first extent: the number of rows.
    var rows: Int { shape.first ?? 0 }

    /// Returns an error about this tensor as a whole.
    func fault(_ expected: String, _ found: String) -> FastTrainError {
        .badData(file: file, place: place, expected: expected, found: found)
    }

    /// The place of the tensor in its file.
    var place: FastTrainError.Place { name.isEmpty ? .file : .named(name) }

    /// Returns an error about one row of this tensor.
    func fault(row: Int, _ expected: String, _ found: String) -> FastTrainError {
        .badData(
            file: file, place: .row(row), expected: name.isEmpty ? expected : "\(expected) in \(name)", found: found)
    }

    /// Returns the elements as `Element`, which must correspond to the tensor's type. Throws `.badData` if they are not
    /// aligned, which can happen in a file from another program.
    func elements<Element: BitwiseCopyable>(
        _ element: Element.Type
    ) throws(FastTrainError) -> UnsafeBufferPointer<Element> {
        precondition(MemoryLayout<Element>.size == type.size)
        let alignment = MemoryLayout<Element>.alignment
        guard Int(bitPattern: bytes.baseAddress) % alignment == 0 else {
            throw fault("elements aligned to \(alignment) bytes", "unaligned elements (write the file again)")
        }
        return bytes.assumingMemoryBound(to: element)
    }

    /// Throws `.badData` for the first number that is not finite. The error contains its row and, if a row has several
    /// numbers, its column, counted from 0.
    func checkFinite(_ elements: UnsafeBufferPointer<Float>) throws(FastTrainError) {
        // Find the largest magnitude by its bits, in a loop that the compiler vectorizes. Infinity and NaN have the
        // largest bits.
        var largest: UInt32 = 0
        for element in elements { largest = max(largest, element.magnitude.bitPattern) }
        guard largest >= Float.infinity.bitPattern, let index = elements.firstIndex(where: { !$0.isFinite }) else {
            return
        }
        let width = elements.count / rows
        let place = width == 1 ? "" : " in column \(index % width)"
        throw fault(row: index / width, "finite numbers", "\(elements[index])\(place)")
    }
}
