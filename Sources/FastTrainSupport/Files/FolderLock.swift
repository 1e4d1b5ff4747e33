import Platform

/// Exclusive ownership of a folder, held by an exclusive `flock` on a file inside it (`lock` in a run folder).
///
/// The kernel releases the lock when the process ends in any way, so no one waits for a dead owner. The file holds the
/// owner's process number, which is used in messages only.
package final class FolderLock: Sendable {
    private let descriptor: Int32
    private let folder: String
    private let path: String

    /// The number of attempts to take the lock, 10 ms apart, while it is held but no live process is recorded as its
    /// owner.
    ///
    /// Either the owner is about to record its number, or it has released the lock while another thread of its process
    /// starts a program, which has all open files until it runs. The 0.4 s in total leave time within the second in
    /// which an occupied folder is to be refused.
    private static let maxAttempts = 40

    /// Takes the lock of a folder.
    ///
    /// - Parameters:
    ///   - folder: The folder's path.
    ///   - file: The name of the lock file.
    ///   - pause: The wait between two attempts.
    /// - Throws: `.folderInUse` if a live process, or another object in this one, holds the lock; `.cannotCreate` if
    ///   the file cannot be written or is not a lock file.
    package static func take(
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
            guard holder == nil, attempts < maxAttempts else {
                close(descriptor)
                throw .folderInUse(path: folder, holder: holder)
            }
            attempts += 1
            pause()
        }
        guard isOurs(descriptor) else {
            close(descriptor)
            throw .cannotCreate(path: path, reason: "is not a lock file of fasttrain; choose another folder")
        }
        return FolderLock(locked: descriptor, path, in: folder)
    }

    /// Checks that the folder is still the one that was locked. Call this before writing anything to the folder,
    /// because its path may now lead to a folder that someone else owns.
    ///
    /// - Throws: `.inputOutput` if the locked file is no longer at its path.
    package func expectOwned() throws(FastTrainError) {
        var own = stat()
        if fstat(descriptor, &own) == 0, let found = try System.status(path), found.isSameFile(as: own) { return }
        throw .inputOutput(path: folder, operation: "save", reason: "the folder was moved, removed or replaced")
    }

    private init(locked descriptor: Int32, _ path: String, in folder: String) {
        self.descriptor = descriptor
        self.path = path
        self.folder = folder
        // If the number cannot be recorded, for example on a full disk, a later message lacks it. Nothing else depends
        // on it.
        _ = ftruncate(descriptor, 0)
        _ = "\(getpid())\n".withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        _ = ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// Returns whether the file holds what a lock file may: a number or, after a power failure, zeros in its place.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        var text = [UInt8](repeating: 0, count: 17)
        let count = pread(descriptor, &text, text.count, 0)
        return count < text.count
            && text.prefix(max(0, count)).allSatisfy { [0, 0x0A].contains($0) || (0x30...0x39).contains($0) }
    }

    /// Returns the process number in the file, or `nil` if no live process has it.
    private static func holder(_ descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0, let number = Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self)),
            number > 0, kill(number, 0) == 0 || errno == EPERM
        else { return nil }
        return number
    }
}
