/// Which model is meant: for now, the directory of a bundle.
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
    /// What the user wrote.
    public let text: String

    /// Takes what the user wrote.
    public init(_ text: String) {
        self.text = text
    }

    /// The directory of the bundle.
    ///
    /// - Throws: `BundleError` when nothing is written.
    public func path() throws -> String {
        guard !text.isEmpty else { throw BundleError("the model's name is empty; expected the directory of a bundle") }
        return text
    }

    /// What the user wrote.
    public var description: String { text }
}
