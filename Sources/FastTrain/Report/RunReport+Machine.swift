import Glibc

extension RunReport {
    /// The machine that a run was trained on.
    struct Machine: Sendable {
        var processor: String?
        var threads: Int
        var cpus: CPUs
        var instructionSet: InstructionSet
    }
}

extension RunReport.Machine {
    /// Describes the machine that this process runs on.
    static func current(threads: Int, instructionSet: InstructionSet) -> Self {
        Self(processor: processorName, threads: threads, cpus: .usable(), instructionSet: instructionSet)
    }

    /// The processor's name according to the kernel; `nil` if it does not report one.
    private static var processorName: String? {
        guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
        defer { fclose(file) }
        // Every CPU has such a line; the first one is enough.
        var line = [CChar](repeating: 0, count: 1024)
        for _ in 0..<64 {
            guard fgets(&line, Int32(line.count), file) != nil else { return nil }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
            let name = text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return name.isEmpty ? nil : name
        }
        return nil
    }
}
