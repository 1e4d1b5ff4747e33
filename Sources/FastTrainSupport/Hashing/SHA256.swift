/// The hash SHA-256 (FIPS 180-4), used to verify that a download is the published file, whatever server it comes from.
package struct SHA256 {
    private var state: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    private static let block = 64

    /// Creates the hash of an empty input.
    package init() {}

    /// Appends `bytes` to the input.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count += UInt64(bytes.count)
        var rest = bytes
        if !pending.isEmpty {
            let taken = min(Self.block - pending.count, rest.count)
            pending += rest.prefix(taken)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(taken))
            guard pending.count == Self.block else { return }
            pending.withUnsafeBytes { consume($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / Self.block * Self.block
        for start in stride(from: 0, to: whole, by: Self.block) {
            consume(UnsafeRawBufferPointer(rebasing: rest[start..<start + Self.block]))
        }
        pending += rest.dropFirst(whole)
    }

    /// Returns the digest of all input as 64 hexadecimal digits. May be called only once.
    package mutating func finish() -> String {
        let bits = count * 8
        let zeros = (2 * Self.block - 9 - pending.count) % Self.block
        let padding = [0x80] + [UInt8](repeating: 0, count: zeros) + withUnsafeBytes(of: bits.bigEndian) { Array($0) }
        padding.withUnsafeBytes { update($0) }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private mutating func consume(_ block: UnsafeRawBufferPointer) {
        func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word &>> bits | word &<< (32 - bits) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for t in 0..<16 { w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self)) }
            for t in 16..<64 {
                let small0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
                let small1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
                w[t] = w[t - 16] &+ small0 &+ w[t - 7] &+ small1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            Self.constants.withUnsafeBufferPointer { k in
                for t in 0..<64 {
                    let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
                    let first = h &+ sum1 &+ (e & f ^ ~e & g) &+ k[t] &+ w[t]
                    let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
                    let second = sum0 &+ (a & b ^ a & c ^ b & c)
                    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
                }
            }
            for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
        }
    }

    /// The round constants: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        var primes: [UInt64] = []
        for number in UInt64(2)... where !primes.contains(where: { number % $0 == 0 }) {
            primes.append(number)
            if primes.count == 64 { break }
        }
        return primes.map { prime in
            // The largest r with r³ ≤ prime · 2⁹⁶, determined bit by bit. Its low 32 bits are the constant.
            var root: UInt64 = 0
            for bit in (0..<36).reversed() {
                let next = root | 1 << UInt64(bit)
                if Self.cube(next, isAtMost: prime) { root = next }
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }()

    /// Returns whether root³ ≤ prime · 2⁹⁶.
    private static func cube(_ root: UInt64, isAtMost prime: UInt64) -> Bool {
        let square = UInt128(root) * UInt128(root)
        let (high, low) = square.multipliedFullWidth(by: UInt128(root))
        return high == 0 ? low <= UInt128(prime) << 96 : false
    }

    /// Returns the digest of a file's content, which is decompressed first if it is a gzip file.
    ///
    /// - Throws: `.noInput` if the file cannot be read, `.badData` if its gzip data is damaged.
    package static func unpacked(path: String) throws(FastTrainError) -> String {
        let file = try FileContent(path: path, storage: .mapped)
        defer { extendLifetime(file.owner) }
        var hash = SHA256()
        guard GzipInflater.recognizes(file.bytes) else {
            hash.update(file.bytes)
            return hash.finish()
        }
        let inflater = try GzipInflater(file, name: path)
        while case let piece = try inflater.read(1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { hash.update($0) }
        }
        return hash.finish()
    }
}
