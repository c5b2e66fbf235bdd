// swift-tools-version: 6.2
import PackageDescription

/// Layers, lowest first; a target imports only targets above it in this file.
/// `Tests/ArchitectureTests` reads the imports and fails on an upward one.

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// The kernels are compiled once per CPU level and chosen at run time, which needs compiler flags that SwiftPM refuses in
/// a package fetched by URL: there, and on other architectures than x86-64, the base level serves alone.
let isFetched = Context.packageDirectory.contains("/checkouts/")
#if arch(x86_64)
    let dispatches = !isFetched
#else
    let dispatches = false
#endif

/// The swift settings of one compilation of `Sources/KernelsBase`. A level's flags hold in debug builds too: what its
/// kernels are made of is there only with them.
func kernelSettings(_ flags: [String], defining level: String? = nil) -> [SwiftSetting] {
    let speed = ["-Ounchecked", "-wmo", "-enforce-exclusivity=unchecked"]
    return (isFetched ? [] : [.unsafeFlags(speed, .when(configuration: .release)), .unsafeFlags(flags)])
        + (level.map { [.define($0)] } ?? [])
}

/// Two links to `Sources/KernelsBase` with the flags of the higher x86-64 levels.
let higherKernels: [Target] =
    dispatches
    ? [
        .target(
            name: "KernelsV3", dependencies: ["Kernels", "CSIMD"],
            swiftSettings: kernelSettings(["-Xcc", "-march=x86-64-v3"], defining: "KERNELS_V3")),
        .target(
            name: "KernelsV4", dependencies: ["Kernels", "CSIMD"],
            swiftSettings: kernelSettings(
                ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"], defining: "KERNELS_V4")),
    ] : []

/// Programs that ask no name service carry the C library too (`make build`): nothing is loaded and bound when they start,
/// and they run on any Linux. They stay position-independent, so that addresses are still random.
let standsAlone: [LinkerSetting] =
    Context.environment["BORESCOPE_STANDALONE"] == nil
    ? [] : [.unsafeFlags(["-static-executable", "-use-ld=lld", "-Xclang-linker", "-static-pie"])]

/// A door: arguments → library call → exit code.
/// Its defaults are `configs/NAME.yaml`, embedded through a link in its folder.
func tool(
    _ name: String, _ rooms: Target.Dependency..., hasSettings: Bool = false, asksNetwork: Bool = false
) -> Target {
    .executableTarget(
        name: name, dependencies: ["CommandKit", argumentParser] + rooms,
        resources: hasSettings ? [.embedInCode("\(name).yaml")] : [],
        linkerSettings: asksNetwork ? [] : standsAlone)
}

let package = Package(
    name: "borescope",
    products: [
        .library(
            name: "Borescope",
            targets: [
                "VectorMath", "SensorData", "RecordStreams", "Features", "Detectors", "Evaluation", "Experiments",
                "Tracking",
            ])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CYAML"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CRename"),

        .target(name: "DurableFiles", dependencies: ["CRename"]),
        .target(name: "CSIMD"),
        .target(name: "Kernels", dependencies: ["CSIMD"]),
        .target(name: "KernelsBase", dependencies: ["Kernels", "CSIMD"], swiftSettings: kernelSettings([])),
        .target(
            name: "VectorMath",
            dependencies: ["Kernels", "KernelsBase"] + higherKernels.map { .byName(name: $0.name) },
            swiftSettings: dispatches ? [.define("RUNTIME_DISPATCH")] : []),
        .target(name: "SensorData", dependencies: ["Kernels", "VectorMath"]),
        .target(name: "RecordStreams", dependencies: ["SensorData", "DurableFiles", "Kernels", "VectorMath", "CZlib"]),
        .target(name: "Features", dependencies: ["SensorData", "DurableFiles", "Kernels", "VectorMath"]),
        .target(name: "Detectors", dependencies: ["Features", "SensorData", "Kernels", "VectorMath", "DurableFiles"]),
        .target(name: "Evaluation", dependencies: ["SensorData"]),
        .target(name: "Experiments", dependencies: ["DurableFiles"]),
        .target(
            name: "Tracking",
            dependencies: [
                "Experiments", "DurableFiles", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .target(
            name: "CommandKit",
            dependencies: [
                "RecordStreams", "SensorData", "DurableFiles", "Experiments", "Kernels", "CYAML", argumentParser,
                logging,
            ]),
        .target(
            name: "Training",
            dependencies: [
                "Detectors", "Evaluation", "Features", "RecordStreams", "SensorData", "VectorMath", "CommandKit",
                "Experiments", "DurableFiles", argumentParser,
            ]),

        tool("cmapss-ingest", "SensorData", "RecordStreams", hasSettings: true),
        tool("cmapss-validate", "SensorData", "RecordStreams", "DurableFiles", hasSettings: true),
        tool("featurize", "Experiments", "SensorData", "RecordStreams", "Features", "Detectors", hasSettings: true),
        tool("window", "SensorData", "RecordStreams", "Features", hasSettings: true),
        tool("train-lstmae", "Training", hasSettings: true),
        tool("train-patchtst", "Training", hasSettings: true),
        tool("train-iforest", "Detectors", "Training", hasSettings: true),
        tool(
            "train-ensemble", "Experiments", "Detectors", "Training", "RecordStreams", "VectorMath", hasSettings: true),
        tool(
            "score", "Experiments", "SensorData", "RecordStreams", "Features", "Detectors", "VectorMath",
            hasSettings: true),
        tool(
            "sweep-threshold", "Experiments", "SensorData", "RecordStreams", "Evaluation", "Detectors",
            hasSettings: true),
        tool("evaluate", "Experiments", "SensorData", "RecordStreams", "Evaluation", "DurableFiles", hasSettings: true),
        tool(
            "model-registry", "Tracking", "Experiments", "Training", "Detectors", "Evaluation", "DurableFiles",
            "VectorMath", hasSettings: true, asksNetwork: true),
        .executableTarget(
            name: "borescope-bench", dependencies: ["Detectors", "SensorData", "VectorMath", argumentParser]),
        .executableTarget(name: "write-manual", dependencies: [argumentParser], path: "man/write-manual"),

        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles"]),
        .testTarget(name: "VectorMathTests", dependencies: ["VectorMath", "Kernels"]),
        .testTarget(name: "SensorDataTests", dependencies: ["SensorData"]),
        .testTarget(name: "RecordStreamsTests", dependencies: ["RecordStreams", "SensorData", "DurableFiles"]),
        .testTarget(name: "FeaturesTests", dependencies: ["Features", "SensorData", "RecordStreams"]),
        .testTarget(
            name: "DetectorsTests",
            dependencies: ["Detectors", "Features", "SensorData", "RecordStreams", "VectorMath", "DurableFiles"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Detectors", "Evaluation", "Features", "SensorData", "RecordStreams", "VectorMath",
            ]),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "SensorData", "RecordStreams"]),
        .testTarget(
            name: "CommandKitTests", dependencies: ["CommandKit", "SensorData", "DurableFiles", argumentParser]),
        .testTarget(name: "ExperimentsTests", dependencies: ["Experiments", "DurableFiles"]),
        .testTarget(
            name: "TrackingTests",
            dependencies: [
                "Tracking", "Experiments", "DurableFiles", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "CommandTests"),
    ] + higherKernels
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
}
