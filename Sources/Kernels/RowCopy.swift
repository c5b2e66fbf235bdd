/// Numbers of rows that are copied from one place to another, all of a row or some of its columns.
public struct RowCopy {
    /// Copies the rows in their order, and looks at each number on the way.
    ///
    /// - Returns: how many rows come before the first one with NaN or a magnitude beyond `limit`, which is copied too; what
    ///   becomes of those behind it is open.
    public typealias Kernel = @Sendable (_ copy: RowCopy) -> Int

    /// The first row's first column, at any address.
    public var source: UnsafeRawPointer
    /// Bytes from a row to the next.
    public var sourceStride: Int
    /// Where the first row's numbers go side by side, at any address.
    public var target: UnsafeMutableRawPointer
    /// Bytes from a row's numbers to the next one's.
    public var targetStride: Int
    /// Rows.
    public var count: Int
    /// What is copied of each.
    public var columns: UnsafeBufferPointer<ColumnGroup>
    /// The largest magnitude of an ordinary number; positive.
    public var limit: Double

    /// Describes a copy.
    public init(
        from source: UnsafeRawPointer, stride sourceStride: Int, to target: UnsafeMutableRawPointer,
        stride targetStride: Int, count: Int, columns: UnsafeBufferPointer<ColumnGroup>,
        limit: Double = .greatestFiniteMagnitude
    ) {
        self.source = source
        self.sourceStride = sourceStride
        self.target = target
        self.targetStride = targetStride
        self.count = count
        self.columns = columns
        self.limit = limit
    }
}

/// Some of eight columns that stand side by side, in their order.
public struct ColumnGroup: Sendable, Equatable {
    /// The columns in a group.
    public static let width = 8

    /// The first of the eight.
    public let first: Int
    /// A bit for each of the eight, the first one lowest: set where the column is chosen.
    public let chosen: UInt8
    /// How many are.
    public let count: Int

    /// Chooses columns out of the eight from `first` on.
    public init(first: Int, chosen: UInt8) {
        self.first = first
        self.chosen = chosen
        count = chosen.nonzeroBitCount
    }

    /// The groups that choose `columns` in this order.
    public static func groups(of columns: some Sequence<Int>) -> [ColumnGroup] {
        var groups: [ColumnGroup] = []
        var previous = Int.max
        for column in columns {
            if let last = groups.last, column > previous, column - last.first < width {
                groups[groups.count - 1] = ColumnGroup(
                    first: last.first, chosen: last.chosen | 1 << UInt8(column - last.first))
            } else {
                groups.append(ColumnGroup(first: column, chosen: 1))
            }
            previous = column
        }
        return groups
    }
}
