/// An error in what a program was given, as opposed to one of the program or of the machine.
///
/// Whoever throws it knows which of it is wrong; what that means for a program's exit status is `CommandKit`'s to say.
public protocol InputError: Error, CustomStringConvertible {
    /// What of it is wrong.
    var fault: InputFault { get }
}

/// What a program is given.
public enum InputFault: Sendable {
    /// What it was asked to do, on the command line or in a configuration.
    case request
    /// What it was asked to do it with: rows, models, states.
    case data
}
