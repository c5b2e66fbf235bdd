import SensorData

/// A model bundle that is not what its format promises.
public struct BundleError: InputError, Equatable {
    /// The file, where it is known.
    public var file: String?
    /// What is wrong; where it helps, what was expected and what was found.
    public let message: String

    /// Explains what is wrong, in `file` where that is known.
    public init(_ message: String, file: String? = nil) {
        self.message = message
        self.file = file
    }

    /// The data: the model.
    public var fault: InputFault { .data }

    /// `file: message`
    public var description: String {
        file.map { "\($0): \(message)" } ?? message
    }

    /// The same fault, located in `file` unless it already names one.
    func located(in file: String) -> BundleError {
        BundleError(message, file: self.file ?? file)
    }
}
