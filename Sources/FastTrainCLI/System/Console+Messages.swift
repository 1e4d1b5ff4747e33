import FastTrain
import Platform
import ProgramSupport

extension Console {
    static func warning(_ message: String) { note("fasttrain: warning: \(message.printable)\n") }

    static func error(_ message: String) { note("fasttrain: error: \(message.printable)\n") }
}

extension SignalFlag {
    /// Removes everything that could disturb libomp. Call this before it starts.
    ///
    /// libomp ends the program or hangs if it cannot read its environment variables, which may be meant for other
    /// programs. It also records in /dev/shm, by process number, that it is loaded, so that a program does not load it
    /// twice. fasttrain loads it only once, but a killed process of the same number may have left a record, empty or
    /// incomplete, that would end the program.
    static func cleanOpenMP() {
        var names: [String] = []
        var variable = environ
        while let text = variable.pointee {
            names.append(String(String(cString: text).prefix { $0 != "=" }))
            variable += 1
        }
        for name in names where ["OMP_", "KMP_", "GOMP_"].contains(where: name.hasPrefix) { unsetenv(name) }
        let name = "/__KMP_REGISTERED_LIB_\(getpid())_\(getuid())"
        shm_unlink(name)
        setenv("KMP_DUPLICATE_LIB_OK", "TRUE", 0)
        clean("/dev/shm" + name)
    }

    /// Watches mapped files and memory. The error message first clears a status line that is being redrawn.
    static func watchFaults() {
        watchFaults((Terminal.standardError.redraws ? "\r\u{1B}[K" : "") + "fasttrain: error: ")
    }
}
