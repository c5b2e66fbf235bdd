/// The names, shapes and places of a network's parameters in one flat buffer, named as PyTorch's `state_dict` would.
public struct ParameterTable: Sendable, Equatable {
    /// One tensor, row-major.
    public struct Entry: Sendable, Equatable {
        /// The name, as in `encoder.lstm.weight_ih_l0`.
        public let name: String
        /// The length of each dimension.
        public let shape: [Int]
        /// Where the tensor starts in the flat buffer.
        public let start: Int

        /// Where the tensor stands in the flat buffer.
        public var range: Range<Int> { start..<start + shape.reduce(1, *) }
    }

    /// The tensors in the order of the flat buffer.
    public private(set) var entries: [Entry] = []

    /// No tensors.
    public init() {}

    /// The number of scalars of all tensors together.
    public var count: Int { entries.last?.range.upperBound ?? 0 }

    /// Appends a tensor.
    ///
    /// - Returns: where it starts.
    public mutating func append(_ name: String, shape: [Int]) -> Int {
        entries.append(Entry(name: name, shape: shape, start: count))
        return entries[entries.count - 1].start
    }

    /// The tensor called `name`.
    public subscript(name: String) -> Entry? {
        entries.first { $0.name == name }
    }
}

/// Where a network's tensors stand in its three buffers, as its layers reserve room for themselves:
/// the parameters, flat and without padding; the packed copy that kernels read; and one gradient in the kernels' padded
/// layout, of which each block of a batch has its own.
///
/// The rule of all layers: `forward` assigns its outputs; `backward` assigns the gradients of its inputs and adds to the
/// gradients of its parameters; `collect` adds a block's padded gradient to the flat one.
public struct NetworkLayout: Sendable {
    /// The parameters.
    public internal(set) var parameters = ParameterTable()
    /// The number of scalars in the packed copy.
    public private(set) var packedCount = 0
    /// The number of scalars in a padded gradient.
    public private(set) var gradientCount = 0

    /// Nothing reserved.
    public init() {}

    mutating func reservePacked(_ count: Int) -> Int {
        defer { packedCount += (count + 15) / 16 * 16 }
        return packedCount
    }

    mutating func reserveGradient(_ count: Int) -> Int {
        defer { gradientCount += (count + 15) / 16 * 16 }
        return gradientCount
    }
}
