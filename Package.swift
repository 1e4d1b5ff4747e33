// swift-tools-version: 6.2
import PackageDescription

/// The instruction sets that the kernels are compiled for: one target each, built from the same source
/// (Sources/Kernels).
enum InstructionSet: String, CaseIterable {
    case scalar = "KernelsScalar"
    case avx2 = "KernelsAVX2"
    case avx512 = "KernelsAVX512"
    case avx512BF16 = "KernelsAVX512BF16"
    case avx512AMX = "KernelsAVX512AMX"

    /// The instructions the compiler may use. The scalar reference is plain x86-64, with fused multiply-add from libm.
    var march: String {
        switch self {
        case .scalar: "x86-64"
        case .avx2: "x86-64-v3"
        case .avx512, .avx512BF16, .avx512AMX: "x86-64-v4"
        }
    }

    var target: Target {
        .target(
            name: rawValue,
            dependencies: ["KernelTypes", "CIntrinsics"],
            exclude: ["Shared/README.md"],
            // SwiftPM considers flags for a CPU level "unsafe". Since tools version 6.2, dependencies may use them.
            swiftSettings: [.unsafeFlags(["-Xcc", "-march=\(march)"] + moreFlags)] + optimizedInDebug
        )
    }

    /// The trait of the package that the instruction set is compiled with; `nil` for the reference, which always is.
    private var trait: String? {
        switch self {
        case .scalar: nil
        case .avx2: "AVX2"
        case .avx512, .avx512BF16, .avx512AMX: "AVX512"
        }
    }

    /// The dependency of `KernelDispatch`.
    var dependency: Target.Dependency {
        .target(name: rawValue, condition: trait.flatMap { .when(traits: [$0]) })
    }

    /// LLVM prefers 256-bit vectors on some AVX-512 CPUs, but the tiles are written for 512 bits.
    private var moreFlags: [String] {
        let wideVectors = ["-Xcc", "-mprefer-vector-width=512"]
        let products = ["-Xcc", "-mavx512bf16", "-DHAS_BF16"]
        let tiles = ["-Xcc", "-mamx-tile", "-Xcc", "-mamx-bf16", "-DHAS_TILES"]
        return switch self {
        case .scalar, .avx2: []
        case .avx512: wideVectors
        case .avx512BF16: wideVectors + products
        case .avx512AMX: wideVectors + products + tiles
        }
    }
}

/// Unoptimized SIMD code is a hundred times slower, so the kernels are optimized in debug builds too.
let optimizedInDebug: [SwiftSetting] = [
    .unsafeFlags(
        ["-O", "-disable-batch-mode", "-whole-module-optimization", "-num-threads", "1"], .when(configuration: .debug))
]

/// The names of OpenMP's runtime and of libyaml's static archive on Debian and Ubuntu; docs/PORTING.md.
let openMP = "omp5"
let yaml = ":libyaml.a"

/// Setting FASTTRAIN_FUZZ adds the program in Tests/Fuzz and compiles the targets it tests for libFuzzer.
let isFuzzing = Context.environment["FASTTRAIN_FUZZ"] != nil
let sanitizers = ["-sanitize=address,fuzzer"]
let fuzzed: [SwiftSetting] = isFuzzing ? [.unsafeFlags(sanitizers + ["-enable-testing", "-g"])] : []
/// Coverage callbacks for comparisons of one or two bytes, which serve only libFuzzer's value profile. The linker
/// replaces them with the empty functions in CFuzzer.
let uselessComparisons = ["cmp1", "cmp2", "const_cmp1", "const_cmp2"].flatMap {
    ["-Xlinker", "--wrap=__sanitizer_cov_trace_\($0)"]
}
let fuzzers: [Target] =
    !isFuzzing
    ? []
    : [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fasttrain-fuzz",
            dependencies: ["FastTrain", "FastTrainData", "FastTrainSupport", "CFuzzer", "CZlib"],
            path: "Tests/Fuzz/Sources", swiftSettings: [.unsafeFlags(["-sanitize=address", "-g"])],
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"] + uselessComparisons)]),
    ]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "fasttrain",
    products: [
        .library(name: "FastTrain", targets: ["FastTrain"]),
        .library(name: "FastTrainData", targets: ["FastTrainData"]),
        // The modules below FastTrain, for Benchmarks/ only: their interfaces are not stable.
        .library(name: "FastTrainKernels", targets: ["KernelDispatch", "KernelTypes", "CThreadTeam"]),
        // The C interface, from which `make c-library` links a shared library.
        .library(name: "FastTrainC", type: .static, targets: ["FastTrainC"]),
        .executable(name: "fasttrain", targets: ["FastTrainCLI"]),
        .executable(name: "fasttrain-data", targets: ["fasttrain-data"]),
    ],
    traits: [
        .default(enabledTraits: ["AVX2", "AVX512", "MNISTSample"]),
        .trait(name: "AVX2", description: "Kernels for CPUs with AVX2 and FMA."),
        .trait(
            name: "AVX512", description: "Kernels for CPUs with AVX-512, with and without bf16 instructions and AMX."),
        .trait(name: "MNISTSample", description: "The built-in sample of MNIST, 3.9 MB."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: InstructionSet.allCases.map(\.target) + fuzzers + [
        .target(name: "KernelTypes", exclude: ["README.md"], swiftSettings: optimizedInDebug),
        .target(name: "CIntrinsics"),
        .target(name: "CPlatform"),
        .target(name: "Platform", dependencies: ["CPlatform"], exclude: ["README.md"]),
        .target(
            name: "KernelDispatch",
            dependencies: ["KernelTypes", "CPlatform"] + InstructionSet.allCases.map(\.dependency),
            exclude: ["README.md"]),
        .target(
            name: "CThreadTeam",
            dependencies: ["CPlatform"],
            exclude: ["README.md"],
            cSettings: [.unsafeFlags(["-fopenmp"])],
            linkerSettings: [.linkedLibrary(openMP)]
        ),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CYAML"),
        .target(name: "CProcessGroup"),
        .target(name: "CSample"),
        .target(name: "CFiles"),
        .target(
            name: "FastTrainSupport", dependencies: ["Platform", "CZlib", "CYAML", "CFiles"], exclude: ["README.md"],
            swiftSettings: fuzzed,
            // Linking the static archive adds 0.1 MB and avoids a run-time dependency on libyaml. Yams, which wraps the
            // same library, requires all of Foundation: 73 MB instead of 37, and half a minute more to build.
            linkerSettings: [.linkedLibrary(yaml)]),
        .target(
            name: "FastTrainData",
            dependencies: [
                "Platform", "FastTrainSupport", .target(name: "CSample", condition: .when(traits: ["MNISTSample"])),
            ], exclude: ["README.md"],
            swiftSettings: fuzzed),
        .target(name: "FastTrainPictures", dependencies: ["Platform", "CZlib", "FastTrainSupport"]),
        .target(
            name: "FastTrain",
            dependencies: [
                "FastTrainData", "FastTrainPictures", "Platform", "KernelDispatch", "KernelTypes", "CThreadTeam",
                "CIntrinsics", "CProcessGroup",
            ],
            exclude: [
                "README.md", "Engine/README.md", "Engine/Memory/README.md", "Engine/Optimizers/README.md",
                "Engine/Schedules/README.md", "Engine/Step/README.md", "Estimators/README.md", "Model/README.md",
                "Planning/README.md", "Predictor/README.md", "Processes/README.md", "Recipe/README.md",
                "Report/README.md", "RunFolder/README.md", "Search/README.md", "Training/README.md",
            ],
            swiftSettings: fuzzed),
        .target(name: "CFastTrain"),
        .target(
            name: "FastTrainC", dependencies: ["CFastTrain", "FastTrain"],
            exclude: ["README.md"]),
        .target(
            name: "CProgram", dependencies: ["CFiles"],
            // A program ends with a message, not a trap, if there is no memory (memory.c).
            linkerSettings: [
                .unsafeFlags(["malloc", "calloc", "realloc", "_Znwm"].flatMap { ["-Xlinker", "--wrap=\($0)"] })
            ]),
        // Streams and signals, shared by both programs.
        .target(
            name: "ProgramSupport",
            dependencies: ["Platform", "FastTrainSupport", "CFiles", "CProgram", argumentParser]),
        .executableTarget(
            name: "FastTrainCLI", dependencies: ["FastTrain", "Platform", "ProgramSupport", argumentParser],
            exclude: ["README.md"]),
        .executableTarget(
            name: "fasttrain-data",
            dependencies: ["FastTrainData", "Platform", "ProgramSupport", "CProgram", argumentParser],
            path: "Tools/fasttrain-data"),
        .target(
            name: "_TestSupport", dependencies: ["KernelDispatch", "KernelTypes", "CThreadTeam"],
            path: "Tests/_TestSupport"),
        .target(name: "CTiles", path: "Tests/CTiles"),
        .testTarget(
            name: "KernelTests", dependencies: ["KernelDispatch", "KernelTypes", "_TestSupport", "CTiles"],
            exclude: ["README.md"]),
        .testTarget(name: "ThreadTeamTests", dependencies: ["CThreadTeam", "FastTrain", "_TestSupport"]),
        .testTarget(name: "FastTrainSupportTests", dependencies: ["FastTrainSupport", "_TestSupport"]),
        .testTarget(
            name: "FastTrainDataTests", dependencies: ["FastTrainData", "FastTrainSupport", "CSample", "_TestSupport"]),
        .testTarget(name: "FastTrainPicturesTests", dependencies: ["FastTrainPictures", "CZlib"]),
        .testTarget(name: "ConverterTests", dependencies: ["fasttrain-data", "FastTrainData"]),
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .testTarget(
            name: "FastTrainTests",
            dependencies: ["FastTrain", "Platform", "KernelDispatch", "_TestSupport", "CTestSupport"],
            exclude: ["README.md"]),
        .testTarget(name: "CLITests", dependencies: ["FastTrainCLI", "FastTrain", "ProgramSupport", "_TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
