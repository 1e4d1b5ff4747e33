import Glibc

/// All damage of two kinds to a file: each bit flipped in turn, and each possible truncation.
public enum Damage {
    /// Calls `body` with a description of each damage to the file at `path`. The file is restored after each flip, and
    /// shortened further with each cut until it is empty.
    ///
    /// - Returns: The number of calls.
    public static func inflictAll(on path: String, _ body: (_ damage: String) -> Void) -> Int {
        let file = open(path, O_RDWR)
        precondition(file >= 0, path)
        defer { close(file) }
        let count = Int(lseek(file, 0, SEEK_END))
        for offset in 0..<count {
            var byte: UInt8 = 0
            precondition(pread(file, &byte, 1, offset) == 1)
            for bit in 0..<8 {
                var flipped = byte ^ (1 << UInt8(bit))
                precondition(pwrite(file, &flipped, 1, offset) == 1)
                body("bit \(bit) of byte \(offset) flipped")
            }
            precondition(pwrite(file, &byte, 1, offset) == 1)
        }
        for rest in (0..<count).reversed() {
            precondition(ftruncate(file, rest) == 0)
            body("cut to \(rest) bytes")
        }
        return 9 * count
    }
}
