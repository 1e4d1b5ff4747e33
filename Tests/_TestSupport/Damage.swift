import Glibc

/// What may befall a file: each of its bits flipped in turn, and each way of cutting it short.
public enum Damage {
    /// Calls `body` with what was done to the file at `path`, which is whole again after every flip, and gone down to nothing
    /// after the last cut. Returns how many times that was.
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
