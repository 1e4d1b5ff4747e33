/// The machine as the operating system describes it.
package enum Machine {
    /// The number of CPUs that are online; at least 1.
    package static var cpuCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The number of CPUs in the affinity mask of the calling thread; 0 if it is unknown.
    package static var affinityCPUCount: Int { Int(ft_affinity_cpus()) }

    /// The size of the memory in bytes.
    package static var memory: Double {
        Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The processor's name according to the kernel; `nil` if it does not report one.
    package static var processorName: String? { processorField("model name") }

    /// The processor's name with its family and model, which tell apart generations that a virtual machine names alike;
    /// `nil` if the kernel reports no name.
    package static var processor: String? {
        guard let name = processorName else { return nil }
        let numbers = ["cpu family", "model"].compactMap { processorField($0) }
        return numbers.isEmpty ? name : "\(name) (\(numbers.joined(separator: "/")))"
    }

    /// Returns a field of the first processor in /proc/cpuinfo; `nil` if there is none.
    private static func processorField(_ field: String) -> String? {
        guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
        defer { fclose(file) }
        // Every CPU has such a line; the first one is enough.
        var line = [CChar](repeating: 0, count: 1024)
        for _ in 0..<64 {
            guard fgets(&line, Int32(line.count), file) != nil else { return nil }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"),
                text[..<colon].split(whereSeparator: \.isWhitespace).joined(separator: " ") == field
            else { continue }
            let value = text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return value.isEmpty ? nil : value
        }
        return nil
    }
}
