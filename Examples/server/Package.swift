// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "server",
    dependencies: [
        // In a project of your own, give the URL of the repository and a version instead. Without the trait MNISTSample
        // the server does not carry the built-in digits.
        .package(name: "fasttrain", path: "../..", traits: ["AVX2", "AVX512"]),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "server",
            dependencies: [
                .product(name: "FastTrain", package: "fasttrain"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
