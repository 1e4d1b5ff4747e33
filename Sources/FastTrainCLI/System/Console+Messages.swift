import FastTrain
import Glibc
import ProgramSupport

extension Console {
    static func warning(_ message: String) { note("fasttrain: warning: \(message.printable)\n") }

    static func error(_ message: String) { note("fasttrain: error: \(message.printable)\n") }
}

extension SignalFlag {
    /// Before libomp starts. Its variables are those of other programs: it ends the program, or hangs, by values that it cannot
    /// read.
    ///
    /// It notes in /dev/shm, by the process's number, that it is loaded, lest a program have two of it; this one has not. What
    /// a killed process of that number left there, empty or half written, would end the program.
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

    /// The start of the line replaces one that is being redrawn.
    static func watchFiles() {
        watchFiles((Terminal.standardError.redraws ? "\r\u{1B}[K" : "") + "fasttrain: error: ")
    }
}
