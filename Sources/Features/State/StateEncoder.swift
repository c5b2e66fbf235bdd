/// Writes numbers and names as the bytes of a state file: little-endian, lists preceded by their length.
public struct StateEncoder {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Nothing written.
    public init() {}

    /// Writes eight bytes.
    public mutating func put(_ value: Int64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes eight bytes.
    public mutating func put(_ value: Int) {
        put(Int64(value))
    }

    /// Writes a length and the text in UTF-8.
    public mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a length and eight bytes each.
    public mutating func put(_ values: [Int64]) {
        put(values.count)
        for value in values { put(value) }
    }

    /// Writes a length and the bits of each value.
    public mutating func put(_ values: some Collection<Double>) {
        put(values.count)
        for value in values { put(Int64(bitPattern: value.bitPattern)) }
    }

    /// Writes a length and the bits of each value.
    public mutating func put(_ values: some Collection<Float>) {
        put(values.count)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// Writes a length and the texts.
    public mutating func put(_ texts: [String]) {
        put(texts.count)
        for text in texts { put(text) }
    }
}
