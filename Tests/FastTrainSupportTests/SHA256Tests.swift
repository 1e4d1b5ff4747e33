import Testing
import _TestSupport

@testable import FastTrainSupport

@Suite struct SHA256Tests {
    private static func digest(_ pieces: [UInt8]...) -> String {
        var hash = SHA256()
        for piece in pieces { piece.withUnsafeBytes { hash.update($0) } }
        return hash.finish()
    }

    /// The examples of FIPS 180-4.
    @Test func knownAnswers() {
        #expect(Self.digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Self.digest(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let two = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        #expect(Self.digest(two) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            Self.digest([UInt8](repeating: 0x61, count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func digestDoesNotDependOnPieces() {
        let bytes = (0..<300).map { UInt8($0 % 251) }
        for cut in [0, 1, 55, 56, 63, 64, 65, 128, 299, 300] {
            #expect(Self.digest(Array(bytes[..<cut]), Array(bytes[cut...])) == Self.digest(bytes))
        }
    }

    @Test func digestOfCompressedFile() throws {
        let folder = try ScratchFolder()
        let abc = Self.digest(Array("abc".utf8))
        #expect(try SHA256.unpacked(path: folder.write("plain", Array("abc".utf8))) == abc)
        #expect(try SHA256.unpacked(path: folder.write("packed", gzip(Array("abc".utf8)))) == abc)
        #expect(failure { _ = try SHA256.unpacked(path: folder("none")) }.exitCode == 66)
    }
}
