import SensorData

/// A wish that cannot be met: of the configuration or the command line, not of the data.
public enum FeatureError: InputError, Equatable {
    /// Columns were named that the stream does not have.
    case unknownColumns([String], available: [String])
    /// Nothing is selected.
    case noColumns(available: [String])
    /// A number or a combination is not allowed.
    case invalid(String)
    /// A state file was written under other settings.
    case otherSettings(String)
    /// There is nothing to learn from.
    case nothingToLearn(String)

    /// The request.
    public var fault: InputFault { .request }

    /// What is wrong, what was expected, what was found.
    public var description: String {
        switch self {
        case .unknownColumns(let names, let available):
            let noun = names.count == 1 ? "column" : "columns"
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            return "no \(noun) \(list); expected some of \(FeatureError.list(available))"
        case .noColumns(let available):
            return "no column is selected; expected some of \(FeatureError.list(available))"
        case .invalid(let reason), .otherSettings(let reason), .nothingToLearn(let reason):
            return reason
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none: the rows have no numeric columns" : names.joined(separator: ", ")
    }
}
