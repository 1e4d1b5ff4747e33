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

    /// The name of the machine in its network.
    package static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of the running program; `nil` if the system does not tell.
    package static var program: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// Returns an environment variable; `nil` if it is unset or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The processor's name according to the kernel; `nil` if it does not report one.
    package static var processorName: String? { processorFields(["model name"])[0] }

    /// The processor's name with its family and model, which tell apart generations that a virtual machine names alike;
    /// `nil` if the kernel reports no name.
    package static var processor: String? {
        let fields = processorFields(["model name", "cpu family", "model"])
        guard let name = fields[0] else { return nil }
        let numbers = fields.dropFirst().compactMap(\.self)
        return numbers.isEmpty ? name : "\(name) (\(numbers.joined(separator: "/")))"
    }

    /// Returns some fields of the first processor in /proc/cpuinfo, `nil` in place of those that it does not have.
    private static func processorFields(_ names: [String]) -> [String?] {
        var values = [String?](repeating: nil, count: names.count)
        guard let file = fopen("/proc/cpuinfo", "r") else { return values }
        defer { fclose(file) }
        func words(_ text: Substring) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        var line = [CChar](repeating: 0, count: 1024)
        for _ in 0..<64 where values.contains(nil) {
            guard fgets(&line, Int32(line.count), file) != nil else { break }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"), let index = names.firstIndex(of: words(text[..<colon])) else {
                continue
            }
            let value = words(text[text.index(after: colon)...])
            if !value.isEmpty { values[index] = value }
        }
        return values
    }
}
