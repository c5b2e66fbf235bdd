/// Memory on a cache-line boundary, zeroed at first, and freed with the instance: who uses `pointer` keeps the instance
/// alive (`withExtendedLifetime` for a local one).
public final class AlignedBuffer<Scalar: BinaryFloatingPoint>: @unchecked Sendable {
    /// The first element.
    public let pointer: UnsafeMutablePointer<Scalar>
    /// The number of elements.
    public let count: Int
    private let arena: Arena?

    /// `count` zeros, cut from `arena` or with memory of their own.
    public init(_ count: Int, in arena: Arena? = nil) {
        self.count = count
        self.arena = arena
        let bytes = max(1, count) * MemoryLayout<Scalar>.stride
        let memory = arena?.take(bytes) ?? .allocate(byteCount: bytes, alignment: Arena.alignment)
        pointer = memory.bindMemory(to: Scalar.self, capacity: max(1, count))
        pointer.initialize(repeating: 0, count: count)
    }

    /// Copies `values`.
    @inlinable
    public convenience init(_ values: [Scalar]) {
        self.init(values.count)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
        }
    }

    deinit {
        if arena == nil { pointer.deallocate() }
    }

    /// A copy of the elements.
    @inlinable
    public var values: [Scalar] {
        Array(UnsafeBufferPointer(start: pointer, count: count))
    }

    /// Sets all elements to `value`.
    @inlinable
    public func fill(_ value: Scalar = 0) {
        pointer.update(repeating: value, count: count)
    }

    /// Copies `values`, of which there are as many as elements.
    @inlinable
    public func replace(with values: [Scalar]) {
        precondition(values.count == count, "expected \(count) values, found \(values.count)")
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: count) }
        }
    }
}
