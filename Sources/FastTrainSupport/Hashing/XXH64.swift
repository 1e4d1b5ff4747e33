/// The 64-bit hash XXH64, as defined in its specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
///
/// It detects accidental damage, not tampering: anyone can construct two files with the same hash.
package struct XXH64: Sendable {
    private var lanes: SIMD4<UInt64>
    /// Input that does not fill a stripe yet: the first `pendingCount` of these 32 bytes.
    private var pending = SIMD32<UInt8>()
    private var pendingCount = 0
    private var total: UInt64 = 0
    private let seed: UInt64

    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
    /// The number of bytes that one round of the four lanes consumes.
    private static let stripe = 32

    /// Creates the hash of an empty input.
    package init(seed: UInt64 = 0) {
        self.seed = seed
        lanes = SIMD4(
            seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1)
    }

    /// Returns the hash of `bytes`.
    package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var hash = XXH64(seed: seed)
        hash.update(bytes)
        return hash.value
    }

    /// Appends `bytes` to the input. The hash does not depend on how the input is divided among calls.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        total &+= UInt64(bytes.count)
        var rest = bytes
        if pendingCount > 0 {
            let taken = min(Self.stripe - pendingCount, rest.count)
            keep(UnsafeRawBufferPointer(rebasing: rest[..<taken]))
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            guard pendingCount == Self.stripe else { return }
            withUnsafeBytes(of: pending) { lanes = Self.consume($0, lanes) }
            pendingCount = 0
        }
        let whole = rest.count / Self.stripe * Self.stripe
        if whole > 0 {
            lanes = Self.consume(UnsafeRawBufferPointer(rebasing: rest[..<whole]), lanes)
        }
        keep(UnsafeRawBufferPointer(rebasing: rest[whole...]))
    }

    /// Appends `text`, encoded as UTF-8, to the input.
    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The hash of all input so far.
    package var value: UInt64 {
        var hash: UInt64
        if total >= UInt64(Self.stripe) {
            hash =
                Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7) &+ Self.rotate(lanes[2], 12)
                &+ Self.rotate(lanes[3], 18)
            for lane in 0..<4 {
                hash = (hash ^ Self.round(0, lanes[lane])) &* Self.prime1 &+ Self.prime4
            }
        } else {
            hash = seed &+ Self.prime5
        }
        hash &+= total
        withUnsafeBytes(of: pending) { hash = Self.finish(hash, UnsafeRawBufferPointer(rebasing: $0[..<pendingCount])) }
        hash = (hash ^ (hash >> 33)) &* Self.prime2
        hash = (hash ^ (hash >> 29)) &* Self.prime3
        return hash ^ (hash >> 32)
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &pending) {
            UnsafeMutableRawBufferPointer(rebasing: $0[pendingCount...]).copyMemory(from: bytes)
        }
        pendingCount += bytes.count
    }

    /// Processes whole stripes with the four lanes.
    private static func consume(_ bytes: UnsafeRawBufferPointer, _ start: SIMD4<UInt64>) -> SIMD4<UInt64> {
        guard var pointer = bytes.baseAddress else { return start }
        let end = pointer + bytes.count
        var (a, b, c, d) = (start[0], start[1], start[2], start[3])
        while pointer < end {
            a = round(a, word(pointer))
            b = round(b, word(pointer + 8))
            c = round(c, word(pointer + 16))
            d = round(d, word(pointer + 24))
            pointer += stripe
        }
        return SIMD4(a, b, c, d)
    }

    /// Mixes in the last 0 to 31 bytes.
    private static func finish(_ start: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = start
        var rest = bytes
        while rest.count >= 8 {
            let word = UInt64(littleEndian: rest.loadUnaligned(as: UInt64.self))
            hash = rotate(hash ^ round(0, word), 27) &* prime1 &+ prime4
            rest = UnsafeRawBufferPointer(rebasing: rest[8...])
        }
        if rest.count >= 4 {
            let word = UInt64(UInt32(littleEndian: rest.loadUnaligned(as: UInt32.self)))
            hash = rotate(hash ^ (word &* prime1), 23) &* prime2 &+ prime3
            rest = UnsafeRawBufferPointer(rebasing: rest[4...])
        }
        for byte in rest {
            hash = rotate(hash ^ (UInt64(byte) &* prime5), 11) &* prime1
        }
        return hash
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func word(_ pointer: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value &<< count | value &>> (64 &- count)
    }
}
