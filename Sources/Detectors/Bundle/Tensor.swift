/// A named array of a bundle: its element type, its shape and its little-endian bytes, row-major.
public struct Tensor: Sendable, Equatable {
    /// The element types a bundle uses, by their names in safetensors.
    public enum ElementType: String, Sendable, Codable, CaseIterable {
        /// Float
        case float32 = "F32"
        /// Double
        case float64 = "F64"
        /// Int32
        case int32 = "I32"
        /// Int64
        case int64 = "I64"

        /// Bytes of an element.
        public var size: Int {
            switch self {
            case .float32, .int32: 4
            case .float64, .int64: 8
            }
        }
    }

    /// The element type.
    public let type: ElementType
    /// The extents, slowest first; empty for a single number.
    public let shape: [Int]
    /// The elements.
    public let bytes: [UInt8]

    /// Wraps `bytes`.
    ///
    /// - Throws: `BundleError` when type, shape and byte count disagree.
    public init(type: ElementType, shape: [Int], bytes: [UInt8]) throws {
        guard let size = Tensor.byteCount(type, shape), size == bytes.count else {
            throw BundleError("\(bytes.count) bytes do not make a tensor \(type.rawValue) of shape \(shape)")
        }
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// The bytes of a tensor, nil where an extent is negative or the product leaves the range of `Int`.
    static func byteCount(_ type: ElementType, _ shape: [Int]) -> Int? {
        var count = type.size
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }

    private init(_ type: ElementType, _ shape: [Int], _ bytes: [UInt8]) {
        precondition(Tensor.byteCount(type, shape) == bytes.count, "the shape \(shape) does not fit the elements")
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// A tensor of floats; the shape defaults to one dimension.
    public init(_ values: [Float], shape: [Int]? = nil) {
        self.init(.float32, shape ?? [values.count], littleEndian(values.map(\.bitPattern)))
    }

    /// A tensor of doubles; the shape defaults to one dimension.
    public init(_ values: [Double], shape: [Int]? = nil) {
        self.init(.float64, shape ?? [values.count], littleEndian(values.map(\.bitPattern)))
    }

    /// A tensor of 32-bit integers; the shape defaults to one dimension.
    public init(_ values: [Int32], shape: [Int]? = nil) {
        self.init(.int32, shape ?? [values.count], littleEndian(values))
    }

    /// A tensor of 64-bit integers; the shape defaults to one dimension.
    public init(_ values: [Int64], shape: [Int]? = nil) {
        self.init(.int64, shape ?? [values.count], littleEndian(values))
    }

    /// The elements as floats, or nil when they are of another type.
    public var floats: [Float]? {
        type == .float32 ? integers(bytes, as: UInt32.self).map(Float.init(bitPattern:)) : nil
    }

    /// The elements as doubles, or nil when they are of another type.
    public var doubles: [Double]? {
        type == .float64 ? integers(bytes, as: UInt64.self).map(Double.init(bitPattern:)) : nil
    }

    /// The elements as 32-bit integers, or nil when they are of another type.
    public var int32s: [Int32]? { type == .int32 ? integers(bytes, as: Int32.self) : nil }

    /// The elements as 64-bit integers, or nil when they are of another type.
    public var int64s: [Int64]? { type == .int64 ? integers(bytes, as: Int64.self) : nil }
}

private func littleEndian<Element: FixedWidthInteger & BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
    values.map(\.littleEndian).withUnsafeBytes { Array($0) }
}

private func integers<Element: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8], as: Element.Type) -> [Element] {
    let size = MemoryLayout<Element>.size
    return bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / size).map {
            Element(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self))
        }
    }
}

extension [String: Tensor] {
    /// The tensor called `name`.
    ///
    /// - Throws: `BundleError` when there is none, or its type or shape is another; `shape` may hold nil for any extent.
    public func tensor(_ name: String, _ type: Tensor.ElementType, shape: [Int?]) throws -> Tensor {
        guard let tensor = self[name] else { throw BundleError("tensor '\(name)' is missing") }
        let fits =
            tensor.type == type && tensor.shape.count == shape.count
            && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
        guard fits else {
            let extents = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
            throw BundleError(
                "tensor '\(name)': expected \(type.rawValue) of shape [\(extents)], "
                    + "found \(tensor.type.rawValue) of shape \(tensor.shape)")
        }
        return tensor
    }
}
