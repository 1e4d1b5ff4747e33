// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that who builds fasttrain does not build the benchmark library.

/// One program of benchmarks, in Benchmarks/<name>, which is where the plugin looks.
func benchmarks(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "BenchmarkSupport",
            .product(name: "Benchmark", package: "benchmark"),
            .product(name: "FastTrain", package: "fasttrain"),
            .product(name: "FastTrainKernels", package: "fasttrain"),
        ],
        path: "Benchmarks/\(name)",
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "fasttrain", path: "../"),
        // No traits: without them it counts no allocations, and needs no library of its own to be loaded first.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        .target(
            name: "BenchmarkSupport",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "FastTrain", package: "fasttrain"),
                .product(name: "FastTrainKernels", package: "fasttrain"),
            ],
            path: "Support"),
        benchmarks("Kernels"),
        benchmarks("ThreadTeam"),
        benchmarks("TrainingStep"),
    ]
)
