// swift-tools-version: 6.2
import PackageDescription

/// Layers, lowest first; a target imports only targets above it in this file.
/// `Tests/ArchitectureTests` reads the imports and fails on an upward one.

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A door: arguments → library call → exit code.
func tool(_ name: String, _ rooms: Target.Dependency...) -> Target {
    .executableTarget(name: name, dependencies: ["CommandKit", argumentParser] + rooms)
}

let package = Package(
    name: "borescope",
    products: [
        .library(
            name: "Borescope",
            targets: ["VectorMath", "SensorData", "RecordStreams", "Features", "Detectors", "Evaluation"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS"),
        .systemLibrary(name: "CZlib"),

        .target(name: "DurableFiles"),
        .target(name: "VectorMath"),
        .target(name: "SensorData"),
        .target(name: "RecordStreams", dependencies: ["SensorData", "DurableFiles", "CZlib"]),
        .target(name: "Features", dependencies: ["SensorData", "VectorMath"]),
        .target(name: "Detectors", dependencies: ["Features", "SensorData", "VectorMath", "DurableFiles"]),
        .target(name: "Evaluation", dependencies: ["SensorData"]),
        .target(
            name: "CommandKit",
            dependencies: ["RecordStreams", "SensorData", "DurableFiles", argumentParser, logging, yams]),

        tool("cmapss-ingest", "SensorData", "RecordStreams"),
        tool("cmapss-validate", "SensorData", "RecordStreams"),
        tool("featurize", "SensorData", "RecordStreams", "Features"),
        tool("window", "SensorData", "RecordStreams", "Features"),
        tool("train-iforest", "RecordStreams", "Features", "Detectors", "Evaluation"),
        tool("score", "RecordStreams", "Features", "Detectors"),
        tool("sweep-threshold", "RecordStreams", "Evaluation", "Detectors"),
        tool("evaluate", "RecordStreams", "Evaluation"),

        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles"]),
        .testTarget(name: "VectorMathTests", dependencies: ["VectorMath"]),
        .testTarget(name: "SensorDataTests", dependencies: ["SensorData"]),
        .testTarget(name: "RecordStreamsTests", dependencies: ["RecordStreams", "SensorData"]),
        .testTarget(name: "FeaturesTests", dependencies: ["Features", "SensorData", "RecordStreams"]),
        .testTarget(name: "DetectorsTests", dependencies: ["Detectors", "Features", "SensorData", "Evaluation"]),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "SensorData"]),
        .testTarget(name: "CommandKitTests", dependencies: ["CommandKit"]),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "CommandTests"),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
}
