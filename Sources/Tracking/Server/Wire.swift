import NIOHTTP1

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One call of MLflow's REST interface.
struct Call: Sendable {
    let method: HTTPMethod
    /// The part of the path that names it: `runs/create`.
    let endpoint: String
    /// The path below the interface's, with the query.
    let path: String
    let body: [UInt8]?

    /// Asks; pairs whose value is nil are left out.
    static func get(_ endpoint: String, _ query: KeyValuePairs<String, String?>) -> Call {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }
        return Call(
            method: .GET, endpoint: endpoint,
            path: ([endpoint] + [pairs.joined(separator: "&")]).joined(separator: "?"),
            body: nil)
    }

    /// Changes something, or searches.
    static func post(_ endpoint: String, _ body: some Encodable, method: HTTPMethod = .POST) throws(AttemptFailure)
        -> Call
    {
        Call(method: method, endpoint: endpoint, path: endpoint, body: try Wire.bytes(body, endpoint))
    }
}

/// What goes over the wire: JSON with names in snake case, numbers that JSON lacks as texts.
enum Wire {
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return decoder
    }

    static func bytes(_ value: some Encodable, _ what: String) throws(AttemptFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw AttemptFailure(.refused("\(what): cannot be written as JSON: \(error)"))
        }
    }

    static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }

    /// An answer that says nothing but that it was done.
    struct Done: Decodable {}

    /// An answer that says why not.
    struct Refusal: Decodable {
        var errorCode: String
        var message: String?
    }

    /// A tag, a parameter.
    struct Pair: Codable {
        var key: String
        var value: String
    }

    /// A whole number, which some servers write as a text.
    struct Integer: Decodable {
        var value: Int64

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                value = number
            } else if let number = Int64(try container.decode(String.self)) {
                value = number
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a whole number")
            }
        }
    }
}

extension [String: String] {
    /// The pairs, sorted by key.
    var pairs: [Wire.Pair] { sorted { $0.key < $1.key }.map { Wire.Pair(key: $0.key, value: $0.value) } }

    /// Of pairs with the same key the last one counts.
    init(pairs: [Wire.Pair]?) {
        self.init((pairs ?? []).map { ($0.key, $0.value) }) { $1 }
    }
}
