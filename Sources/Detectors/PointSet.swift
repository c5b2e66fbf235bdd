/// Points of `dimension` numbers each, lying anywhere in one buffer.
///
/// Point `i` is `values[offsets[i] ..< offsets[i] + dimension]`. Points may overlap, so overlapping windows are points
/// without a copy.
public struct PointSet: Sendable {
    /// The buffer.
    public let values: [Float]
    /// Where each point begins in `values`.
    public let offsets: [Int]
    /// The numbers in a point.
    public let dimension: Int

    /// Points that begin at `offsets`.
    ///
    /// - Precondition: every point lies within `values`.
    public init(values: [Float], offsets: [Int], dimension: Int) {
        precondition(dimension > 0, "a point has at least one number")
        precondition(
            offsets.allSatisfy { $0 >= 0 && $0 <= values.count - dimension }, "a point lies outside its buffer")
        self.values = values
        self.offsets = offsets
        self.dimension = dimension
    }

    /// The rows of a row-major matrix of shape (count, `dimension`).
    public init(rows values: [Float], dimension: Int) {
        self.init(
            values: values, offsets: Array(stride(from: 0, through: values.count - dimension, by: dimension)),
            dimension: dimension)
    }

    /// The number of points.
    public var count: Int { offsets.count }

    /// The points at `indices`, in that order, on the same buffer.
    public func selecting(_ indices: [Int]) -> PointSet {
        PointSet(values: values, offsets: indices.map { offsets[$0] }, dimension: dimension)
    }

    /// Cuts the points, in their order, into runs of at most `size` whose offsets lie at most `span` apart.
    public func tiles(of size: Int, span: Int = Int(Int32.max)) -> [Range<Int>] {
        var tiles: [Range<Int>] = []
        var first = 0
        while first < count {
            var (low, high, end) = (offsets[first], offsets[first], first + 1)
            while end < count, end - first < size {
                low = min(low, offsets[end])
                high = max(high, offsets[end])
                guard high - low <= span else { break }
                end += 1
            }
            tiles.append(first..<end)
            first = end
        }
        return tiles
    }
}
