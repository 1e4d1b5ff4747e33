import Glibc
import Testing
import _TestSupport

@testable import FastTrainSupport

@Suite struct AtomicFileTests {
    @Test func fileThatFailsItsCheckReplacesNothing() throws {
        let folder = try ScratchFolder()
        let path = folder.write("file", [1])
        let refusal = FastTrainError.invalidUse("no data set")
        func refuse(_ temporary: String) throws(FastTrainError) {
            #expect(contents(of: temporary) == [2])
            throw refusal
        }
        let error = failure {
            try AtomicFile.write(to: path, check: refuse) { (sink) throws(FastTrainError) in try sink.write([2]) }
        }
        #expect(error == refusal && folder.read("file") == [1] && folder.names == ["file"])
    }

    @Test func writesAndReplaces() throws {
        let folder = try ScratchFolder()
        try AtomicFile.write("first", to: folder("file"))
        #expect(folder.read("file") == Array("first".utf8))
        try AtomicFile.write([1, 2, 3], to: folder("file"))
        #expect(folder.read("file") == [1, 2, 3])
        #expect(folder.names == ["file"])
    }

    @Test func sinkCountsBytes() throws {
        let folder = try ScratchFolder()
        try AtomicFile.write(to: folder("file")) { (sink) throws(FastTrainError) in
            try sink.write("ä")
            try sink.write([1, 2])
            #expect(sink.count == 4)
        }
    }

    @Test func throwingBodyLeavesNothing() throws {
        let folder = try ScratchFolder()
        try AtomicFile.write("old", to: folder("file"))
        let error = failure {
            try AtomicFile.write(to: folder("file")) { (sink) throws(FastTrainError) in
                try sink.write("new")
                throw FastTrainError.internalError("on purpose")
            }
        }
        #expect(error == .internalError("on purpose"))
        #expect(folder.read("file") == Array("old".utf8))
        #expect(folder.names == ["file"])
    }

    @Test func pathsThatCannotBeCreated() throws {
        let folder = try ScratchFolder()
        folder.write("file", [1])
        symlink("nowhere", folder("dangling"))
        for path in [
            folder("nothing/file"), folder("file/below"), folder.path, folder.path + "/", "/dev/null",
            folder("dangling"), "",
        ] {
            let error = failure { try AtomicFile.write("text", to: path) }
            #expect(error.exitCode == 73, "\(path): \(error)")
        }
        #expect(folder.names == ["dangling", "file"])
    }

    @Test func linkIsFollowedAndKept() throws {
        let folder = try ScratchFolder()
        folder.write("file", [1])
        symlink("file", folder("link"))
        try AtomicFile.write([2], to: folder("link"))
        #expect(folder.read("file") == [2])
        #expect(try System.isLink(folder("link")))
    }

    @Test(arguments: [0o600, 0o640, 0o666, 0o444, 0o755] as [mode_t])
    func replacedFileKeepsItsMode(mode: mode_t) throws {
        let folder = try ScratchFolder()
        folder.write("file", [1])
        symlink("file", folder("link"))
        try #require(chmod(folder("file"), mode) == 0)
        for path in [folder("file"), folder("link")] {
            try AtomicFile.write([2], to: path)
            #expect(try System.status(path)?.permissions == mode)
        }
    }

    @Test func leftoversOfKilledProcesses() throws {
        let folder = try ScratchFolder()
        // A file of another process with the same ID, as happens in containers: its name is taken.
        folder.write(".fasttrain-\(getpid())-0.partial", [1])
        folder.write(".fasttrain-1-0.partial", [1])
        folder.write(".hidden.partial", [1])
        try AtomicFile.write([2], to: folder("file"))
        #expect(folder.read("file") == [2])
        AtomicFile.removeLeftovers(in: folder.path)
        #expect(folder.names == [".hidden.partial", "file"])
        AtomicFile.removeLeftovers(in: folder("nothing"))
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "SKIPPED: only root can mount a small disk to fill"))
    func fullDisk() throws {
        let disk = try SmallDisk(kilobytes: 64)
        let path = disk.path + "/file"
        let old = [UInt8](repeating: 1, count: 30_000)
        try AtomicFile.write(old, to: path)
        let error = failure {
            try AtomicFile.write([UInt8](repeating: 2, count: 60_000), to: path)
        }
        #expect(error == .inputOutput(path: path, operation: "write", reason: "No space left on device"))
        #expect(error.exitCode == 74)
        // The old file is complete and the temporary one is gone, so its space is available again.
        #expect(contents(of: path) == old)
        try AtomicFile.write([UInt8](repeating: 2, count: 30_000), to: path)
    }
}
