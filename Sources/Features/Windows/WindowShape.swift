/// How windows are cut from a unit's rows.
public struct WindowShape: Hashable, Sendable, Codable {
    /// Rows (cycles) in a window.
    public var length: Int
    /// Rows from the start of one window to the start of the next.
    public var stride: Int

    /// Windows of `length` rows, one every `stride` rows.
    public init(length: Int = 30, stride: Int = 1) {
        self.length = length
        self.stride = stride
    }

    /// Refuses what no window can have.
    ///
    /// - Throws: `FeatureError.invalid`.
    public func validate() throws {
        guard (1...100_000).contains(length) else {
            throw FeatureError.invalid("window length: expected a number from 1 to 100000, found \(length)")
        }
        guard stride >= 1 else {
            throw FeatureError.invalid("window stride: expected a number of at least 1, found \(stride)")
        }
    }

    /// Whether a window ends in the row that has `before` rows of its unbroken run before it.
    @inline(__always)
    func endsWindow(before: Int) -> Bool {
        before >= length - 1 && (before - (length - 1)) % stride == 0
    }
}
