import CommandKit
import DurableFiles
import FoundationEssentials
import SensorData

/// The verdict as `--report` writes it: one JSON object, with sorted keys, that appears whole.
struct VerdictReport: Encodable {
    let tool = CMAPSSValidate.toolName
    let version = borescopeVersion
    let verdict: ValidationVerdict

    init(_ verdict: ValidationVerdict) {
        self.verdict = verdict
    }

    private enum Key: String, CodingKey {
        case tool, version
    }

    func encode(to encoder: any Encoder) throws {
        try verdict.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(tool, forKey: .tool)
        try container.encode(version, forKey: .version)
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(self) + [UInt8(ascii: "\n")], to: path)
    }
}
