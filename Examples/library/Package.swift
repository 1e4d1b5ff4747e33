// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "xor",
    dependencies: [
        // In a project of your own: its repository, and a version.
        .package(name: "fasttrain", path: "../..")
    ],
    targets: [
        .executableTarget(name: "xor", dependencies: [.product(name: "FastTrain", package: "fasttrain")])
    ],
    swiftLanguageModes: [.v6]
)
