/// A tensor as its source gives it, before anything is known of its meaning: what `Dataset` is made from.
struct RawTensor {
    /// The file it is from, for messages.
    let file: String
    /// Its name in the file; empty where the tensor is all that the file holds.
    let name: String
    let type: TensorType
    let shape: [Int]
    let bytes: UnsafeRawBufferPointer
    /// Keeps `bytes` alive.
    let owner: any AnyObject & Sendable

    /// The first extent: the number of rows.
    var rows: Int { shape.first ?? 0 }

    /// An error about this tensor as a whole.
    func fault(_ expected: String, _ found: String) -> FastTrainError {
        .badData(file: file, place: place, expected: expected, found: found)
    }

    /// Where in its file it is.
    var place: FastTrainError.Place { name.isEmpty ? .file : .named(name) }

    /// An error about one row of this tensor.
    func fault(row: Int, _ expected: String, _ found: String) -> FastTrainError {
        .badData(
            file: file, place: .row(row), expected: name.isEmpty ? expected : "\(expected) in \(name)", found: found)
    }

    /// The elements as `Element`, which must be the type's counterpart. Throws when they are not aligned to it, as
    /// another program may have written them.
    func elements<Element: BitwiseCopyable>(
        _ element: Element.Type
    ) throws(FastTrainError) -> UnsafeBufferPointer<Element> {
        precondition(MemoryLayout<Element>.size == type.size)
        let alignment = MemoryLayout<Element>.alignment
        guard Int(bitPattern: bytes.baseAddress) % alignment == 0 else {
            throw fault("elements at a multiple of \(alignment) bytes", "them in between: write the file anew")
        }
        return bytes.assumingMemoryBound(to: element)
    }

    /// Throws at the first number that is not finite, with its row and, of several in a row, its place there, from 0.
    func checkFinite(_ elements: UnsafeBufferPointer<Float>) throws(FastTrainError) {
        // The largest magnitude by its bits, a loop that the compiler vectorizes; infinity and NaN come last.
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
