// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "xor",
    dependencies: [
        // In a project of your own, give the URL of the repository and a version instead.
        .package(name: "fasttrain", path: "../..")
    ],
    targets: [
        .executableTarget(name: "xor", dependencies: [.product(name: "FastTrain", package: "fasttrain")]),
        .executableTarget(name: "heartbeat", dependencies: [.product(name: "FastTrain", package: "fasttrain")]),
    ],
    swiftLanguageModes: [.v6]
)
