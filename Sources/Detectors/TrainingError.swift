/// Training data or a training protocol from which no model can be made.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
    /// What is missing or contradictory, and what was expected.
    public let description: String

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}
