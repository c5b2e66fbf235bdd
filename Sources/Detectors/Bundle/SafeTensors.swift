#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The safetensors format: eight bytes of header length, a JSON header, the tensors' bytes end to end.
///
/// https://github.com/huggingface/safetensors; `safetensors.numpy.load_file` reads what is written here. Nothing in such
/// a file can execute, and every length in it is checked against the bytes that are there.
public enum SafeTensors {
    /// The longest header accepted, in bytes.
    public static let headerLimit = 1 << 24
    /// The most dimensions of a tensor accepted.
    static let dimensionLimit = 8

    private struct Entry: Codable {
        var type: String
        var shape: [Int]
        var offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case type = "dtype"
            case shape
            case offsets = "data_offsets"
        }
    }

    /// Reads the tensors of a file.
    ///
    /// - Throws: `BundleError` saying what is wrong.
    public static func decode(_ bytes: [UInt8]) throws -> [String: Tensor] {
        guard bytes.count >= 8 else { throw BundleError("expected 8 bytes of header length, found \(bytes.count)") }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= headerLimit, Int(length) <= bytes.count - 8 else {
            throw BundleError(
                "the header claims \(length) bytes; expected at most \(min(bytes.count - 8, headerLimit))")
        }
        let data = bytes[(8 + Int(length))...]
        let entries = try entries(of: Data(bytes[8..<8 + Int(length)]))
        var end = 0
        var tensors: [String: Tensor] = [:]
        for (name, entry) in entries {
            guard let type = Tensor.ElementType(rawValue: entry.type) else {
                let known = Tensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
                throw BundleError("tensor '\(name)': dtype '\(entry.type)' is unknown; expected one of \(known)")
            }
            guard entry.shape.count <= dimensionLimit, let size = Tensor.byteCount(type, entry.shape) else {
                throw BundleError("tensor '\(name)': the shape \(entry.shape) is impossible")
            }
            guard entry.offsets.count == 2, entry.offsets[0] == end, entry.offsets[1] >= end,
                entry.offsets[1] <= data.count
            else {
                throw BundleError(
                    "tensor '\(name)': the bytes \(entry.offsets) overlap, leave a gap, or end behind \(data.count); "
                        + "expected them to begin at \(end)")
            }
            guard entry.offsets[1] - end == size else {
                throw BundleError(
                    "tensor '\(name)': \(entry.type) of shape \(entry.shape) takes \(size) bytes; "
                        + "found \(entry.offsets[1] - end)")
            }
            let first = data.startIndex + end
            tensors[name] = try Tensor(type: type, shape: entry.shape, bytes: Array(data[first..<first + size]))
            end = entry.offsets[1]
        }
        guard end == data.count else {
            throw BundleError("the tensors take \(end) bytes; \(data.count) follow the header")
        }
        return tensors
    }

    /// The header's entries in the order of their bytes.
    private static func entries(of header: Data) throws -> [(String, Entry)] {
        guard header.first == UInt8(ascii: "{") else { throw BundleError("the header is not a JSON object") }
        do {
            let header = try JSONDecoder().decode([String: HeaderMember].self, from: header)
            return header.compactMap { name, member in member.entry.map { (name, $0) } }.sorted {
                ($0.1.offsets.first ?? 0, $0.1.offsets.last ?? 0, $0.0)
                    < ($1.1.offsets.first ?? 0, $1.1.offsets.last ?? 0, $1.0)
            }
        } catch {
            throw BundleError("the header is not what safetensors says: \(explain(error))")
        }
    }

    /// A tensor's entry, or the free texts under `__metadata__`.
    private struct HeaderMember: Decodable {
        var entry: Entry?

        init(from decoder: any Decoder) throws {
            if decoder.codingPath.last?.stringValue == "__metadata__" {
                _ = try [String: String](from: decoder)
            } else {
                entry = try Entry(from: decoder)
            }
        }
    }

    /// The bytes of a file with these tensors, in the order of their names.
    public static func encode(_ tensors: [String: Tensor]) throws -> [UInt8] {
        var entries: [String: Entry] = [:]
        var end = 0
        let names = tensors.keys.sorted {
            let (left, right) = (tensors[$0]?.type.size ?? 0, tensors[$1]?.type.size ?? 0)
            // Wide elements first keep every tensor aligned.
            return left == right ? $0 < $1 : left > right
        }
        for name in names {
            guard let tensor = tensors[name] else { continue }
            let next = end + tensor.bytes.count
            entries[name] = Entry(type: tensor.type.rawValue, shape: tensor.shape, offsets: [end, next])
            end = next
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var header = [UInt8](try encoder.encode(entries))
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += header
        for name in names { bytes += tensors[name]?.bytes ?? [] }
        return bytes
    }
}

/// What a decoding error says, with the path to the place.
func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
        let path = (context.codingPath + (key.map { [$0] } ?? [])).map { key in
            key.intValue.map { "[\($0)]" } ?? key.stringValue
        }
        return path.joined(separator: ".").replacing(".[", with: "[")
    }
    switch error {
    case .keyNotFound(let key, let context): return "'\(place(context, key))' is missing"
    case .typeMismatch(let type, let context): return "'\(place(context))' is no \(type)"
    case .valueNotFound(let type, let context): return "'\(place(context))' is null; expected \(type)"
    case .dataCorrupted(let context):
        let path = place(context)
        return path.isEmpty ? context.debugDescription : "'\(path)': \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
}
