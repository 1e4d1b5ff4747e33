import Foundation

/// A folder for one test, removed when the object is released.
final class ScratchFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "fasttrain-test-" + UUID().uuidString
        mkdir(path, 0o777)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
