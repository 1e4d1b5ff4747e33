import Foundation
import Testing

/// The released binary depends only on what every user has.
@Suite(.enabled(if: TestScope.release != nil, "SKIPPED: set FASTTRAIN_BINARY to the release binary (make test does)"))
struct ReleaseBinaryTests {
    /// All parts of the C library, the libraries of the compiler and of C++, zlib, and OpenMP.
    private static let allowed: Set = [
        "linux-vdso", "ld-linux-x86-64", "libc", "libm", "libdl", "libpthread", "librt",
        "libgcc_s", "libstdc++", "libz", "libomp",
    ]

    @Test(arguments: ["fasttrain", "fasttrain-data"])
    func dependsOnSystemLibrariesOnly(program: String) throws {
        let binary = URL(fileURLWithPath: try #require(TestScope.release)).deletingLastPathComponent()
            .appendingPathComponent(program)
        let result = try Fasttrain.run([binary.path], program: URL(fileURLWithPath: "/usr/bin/ldd"))
        #expect(result.status == 0, "\(result.stderr)")
        #expect(!result.stdout.contains("not found"))
        // Lines such as " libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)" or "        /lib64/ld-linux-x86-64.so.2
        // (0x…)".
        let libraries = result.stdout.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first?.drop { $0 == "\t" }.split(separator: "/").last
                .map { String($0.prefix(upTo: $0.firstRange(of: ".so")?.lowerBound ?? $0.endIndex)) }
        }
        #expect(libraries.contains("libc"))
        #expect(Set(libraries).subtracting(Self.allowed) == [])
    }

    @Test func runs() throws {
        let binary = URL(fileURLWithPath: try #require(TestScope.release))
        let version = try Fasttrain.run(["--version"], program: binary)
        #expect(version.status == 0)
        #expect(version.stdout == (try Fasttrain.run(["--version"])).stdout)
    }
}
