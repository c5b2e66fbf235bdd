/// Input that does not say what its format promises, and where.
///
/// Tools print it as `tool: file:line: what is wrong; expected X, found Y` and exit with status 65.
public struct DataError: InputError, Equatable {
    /// The file, and the line or record within it, counted from one.
    public let location: SourceLocation?
    /// What is wrong; where it helps, what was expected and what was found.
    public let message: String

    /// Describes a fault at `location`.
    public init(_ message: String, at location: SourceLocation? = nil) {
        self.location = location
        self.message = message
    }

    /// The data.
    public var fault: InputFault { .data }

    /// `file:line: message`
    public var description: String {
        guard let location else { return message }
        return "\(location): \(message)"
    }
}

/// A place in an input stream.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// How the records of a file are counted.
    public enum Unit: Hashable, Sendable {
        /// Text: the number is a line.
        case line
        /// Binary: the number is a record.
        case record
    }

    /// The file as the user named it; `<stdin>` for standard input.
    public var file: String
    /// Line or record, counted from one.
    public var number: Int
    /// The byte column within a line, counted from one, where it is known.
    public var column: Int?
    /// What `number` counts.
    public var unit: Unit

    /// Names a place.
    public init(file: String, number: Int, column: Int? = nil, unit: Unit = .line) {
        self.file = file
        self.number = number
        self.column = column
        self.unit = unit
    }

    /// `file:12`, `file:12:7`, or `file: record 12`
    public var description: String {
        switch unit {
        case .record: "\(file): record \(number)"
        case .line: column.map { "\(file):\(number):\($0)" } ?? "\(file):\(number)"
        }
    }
}
