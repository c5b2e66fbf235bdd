import Foundation
import Tracking

/// A version as list and show print it.
struct VersionDocument: Encodable {
    var version: String
    var stage: String
    var aliases: [String]
    var bundle: String?
    var sha256: String?
    var registered: String
    var run: String
    var source: String
    var metrics: [String: Double]?
    var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case version, stage, aliases
        case bundle = "model_version"
        case sha256 = "bundle_sha256"
        case registered
        case run = "run_id"
        case source, metrics, parameters
    }

    init(_ version: ModelVersion, of model: RegisteredModel) {
        self.version = version.reference
        stage = version.stage.rawValue
        aliases = model.aliases.filter { $0.value == version.number }.map { "@\($0.key)" }.sorted()
        bundle = version.bundle
        sha256 = version.digest
        registered = Moment.text(version.created)
        run = version.run
        source = version.source
    }
}

/// JSON as a program's result.
enum JSONDocument {
    /// `value` over several lines, with sorted keys.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}

/// A time as people and programs read it.
enum Moment {
    /// `2026-11-22T20:15:00Z`
    static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }
}
