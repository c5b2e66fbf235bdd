import SensorData

/// Training data or a training protocol from which no model can be made.
public struct TrainingError: InputError, Equatable {
    /// What is missing or contradictory, and what was expected.
    public let description: String

    /// The data: they are not what training needs.
    public var fault: InputFault { .data }

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}
