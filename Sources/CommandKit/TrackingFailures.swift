import Experiments

extension TrackingSetupError: ToolFailure {
    /// A variable or an option is wrong.
    public var status: ToolStatus { .usage }
}

extension JournalError: ToolFailure {
    /// The outbox holds what no program of this version wrote.
    public var status: ToolStatus { .badData }
}

extension UnresolvedModel: ToolFailure {
    /// The status of the program that looked for it.
    public var status: ToolStatus { ToolStatus(rawValue: failure.status) ?? .internalError }
}
