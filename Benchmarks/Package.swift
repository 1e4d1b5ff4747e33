// swift-tools-version: 6.2
import PackageDescription

// A separate package, so that building fasttrain does not build the benchmark library.

/// One benchmark program in Benchmarks/<name>, which is where the plugin looks.
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
        // Without traits, the library counts no allocations and does not need to be loaded before others.
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
