import Glibc

/// Ownership of a folder: an exclusive `flock` on a file in it, `lock` in a run's. The kernel drops it when the process
/// ends, in whatever way, so nobody waits for a dead owner. The file holds the owner's process number, for messages only.
final class FolderLock: Sendable {
    private let descriptor: Int32
    private let folder: String
    private let path: String

    /// How often it is tried, with a pause of 10 ms between, when the lock is held and no live process says that it is the
    /// owner. Either the owner is about to say so; or it has let go, but another thread of its process is starting a program,
    /// and until that runs it has all open files. 0.4 s leave time within the second in which a run is to be refused.
    private static let mostAttempts = 40

    /// Takes the lock of `folder`. Throws `.folderInUse` when a live process (or another object in this one) has it,
    /// `.cannotCreate` when the file cannot be written, or is not ours.
    static func take(
        _ folder: String, file: String = "lock", pause: () -> Void = { usleep(10_000) }
    ) throws(FastTrainError) -> FolderLock {
        let path = folder + "/" + file
        let descriptor = System.openOrCreate(path)
        guard descriptor >= 0 else { throw System.creationFailure(path) }
        var attempts = 1
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else {
                defer { close(descriptor) }
                throw .inputOutput(path: path, operation: "flock", reason: System.reason)
            }
            let holder = holder(descriptor)
            guard holder == nil, attempts < mostAttempts else {
                close(descriptor)
                throw .folderInUse(path: folder, holder: holder)
            }
            attempts += 1
            pause()
        }
        guard isOurs(descriptor) else {
            close(descriptor)
            throw .cannotCreate(path: path, reason: "is no lock of fasttrain's; choose another folder")
        }
        return FolderLock(locked: descriptor, path, in: folder)
    }

    /// To be called before anything is written to the folder: its path may lead to another by now, which somebody else owns.
    ///
    /// Throws `.inputOutput` when the file that is locked is no longer there.
    func expectOwned() throws(FastTrainError) {
        var own = stat()
        if fstat(descriptor, &own) == 0, let found = try System.status(path), found.isSameFile(as: own) { return }
        throw .inputOutput(path: folder, operation: "save", reason: "the folder was moved, removed or replaced")
    }

    private init(locked descriptor: Int32, _ path: String, in folder: String) {
        self.descriptor = descriptor
        self.path = path
        self.folder = folder
        // Failing to note the number, on a full disk say, costs a later message its number, nothing else.
        _ = ftruncate(descriptor, 0)
        _ = "\(getpid())\n".withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        _ = ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// Whether a file holds what a lock may: a number, or, after a power cut, zeros in its place.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        var text = [UInt8](repeating: 0, count: 17)
        let count = pread(descriptor, &text, text.count, 0)
        return count < text.count
            && text.prefix(max(0, count)).allSatisfy { [0, 0x0A].contains($0) || (0x30...0x39).contains($0) }
    }

    /// The number in the file, if it is that of a live process.
    private static func holder(_ descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0, let number = Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self)),
            number > 0, kill(number, 0) == 0 || errno == EPERM
        else { return nil }
        return number
    }
}
