/// The members that the records of a stream carry beside `unit_id`: the same from the first record to the last, because a
/// reader takes them from the first.
public struct StreamMembers: Sendable {
    private var keys: RowSchema.Keys?

    /// A stream that has not begun.
    public init() {}

    /// Takes note of records that carry `keys`.
    ///
    /// - Throws: `DataError` at `location` where the records before carry others.
    public mutating func admit(
        _ keys: RowSchema.Keys, at location: @autoclosure () -> SourceLocation
    ) throws(DataError) {
        guard let expected = self.keys else {
            self.keys = keys
            return
        }
        guard keys != expected else { return }
        throw DataError(
            "the members change; expected \(StreamMembers.list(expected)) as in the records before, "
                + "found \(StreamMembers.list(keys))",
            at: location())
    }

    private static func list(_ keys: RowSchema.Keys) -> String {
        (["unit_id"] + keys.names).joined(separator: ", ")
    }
}
