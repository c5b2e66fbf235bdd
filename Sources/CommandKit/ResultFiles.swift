import DurableFiles

/// What holds of the files that a program writes results to.
public enum ResultFiles {
    /// Throws `UsageError` when one of `results` would replace one of `inputs`, or another result. Those that are nil or `-`
    /// are not looked at.
    ///
    /// - Parameter others: results that only may not be replaced.
    public static func check(_ results: [String?], against inputs: [String], beside others: [String?] = []) throws {
        var taken = others.compactMap { $0 }
        for case let path? in results where path != "-" {
            guard !inputs.contains(where: { $0 == path || areSameFile($0, path) }) else {
                throw UsageError("\(path) is an input; write the result to another file")
            }
            guard !taken.contains(where: { areSameFile($0, path) }) else {
                throw UsageError("\(path) is named for two results; write each of them to a file of its own")
            }
            taken.append(path)
        }
    }
}
