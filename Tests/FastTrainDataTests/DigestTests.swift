import Testing

@testable import FastTrainData

@Suite struct DigestTests {
    private static func dataset() throws -> Dataset {
        try Dataset(
            name: "small", features: [1, 2, 3, 4], featureShape: [2], labels: [0, 1], classes: ["no", "yes"])
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let folder = try ScratchFolder()
        try Self.dataset().write(to: folder("sound"))
        let sound = folder.read("sound")
        for bit in 0..<sound.count * 8 {
            var damaged = sound
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let path = folder.write("damaged", damaged)
            let error = failure("bit \(bit)") { _ = try Dataset(path: path) }
            #expect(error.exitCode == 65, "bit \(bit): \(error)")
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        let folder = try ScratchFolder()
        try Self.dataset().write(to: folder("sound"))
        let sound = folder.read("sound")
        for count in 0..<sound.count {
            let path = folder.write("cut", Array(sound[..<count]))
            let error = failure("\(count) bytes") { _ = try Dataset(path: path) }
            #expect(error.exitCode == 65, "\(count) bytes: \(error)")
        }
    }

    @Test func fingerprintIsTheDigest() throws {
        let folder = try ScratchFolder()
        try Self.dataset().write(to: folder("file"))
        let file = try SafeTensors(path: folder("file"))
        #expect(try Dataset(path: folder("file")).fingerprint == file.metadata["digest"]?.dropFirst(6).description)
        #expect(try Self.dataset().fingerprint == Self.dataset().fingerprint)
    }
}
