import DurableFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder where runs wait until a store has them: one folder a run, which goes when all of it is delivered.
public struct Outbox: Hashable, Sendable {
    /// The variable that names it.
    public static let variable = "BORESCOPE_OUTBOX"

    /// The folder.
    public let path: String

    /// The outbox in `path`, which is made when it is needed.
    public init(path: String) {
        self.path = path
    }

    /// The outbox of this user: `$BORESCOPE_OUTBOX`, or `borescope/outbox` in `$XDG_STATE_HOME`, which is `~/.local/state`
    /// where it is not set.
    ///
    /// - Throws: `TrackingSetupError` when none of these variables is set.
    public static func current() throws -> Outbox {
        Outbox(
            path: try userFolder(
                variable, base: "XDG_STATE_HOME", below: ".local/state", name: "borescope/outbox"))
    }

    /// The journals that wait, oldest first.
    ///
    /// - Throws: `SystemError` when the folder cannot be read.
    public func waiting() throws -> [String] {
        try namesInFolder(path).filter { !$0.hasPrefix(".") && kindOfFile("\(path)/\($0)/\(RunJournal.file)") != nil }
            .map { "\(path)/\($0)" }
    }
}

/// A folder of the user's: the one that `variable` names, or `name` in the folder that the variable `base` names, or below
/// the home directory.
///
/// - Throws: `TrackingSetupError` when no variable says where.
public func userFolder(_ variable: String, base: String, below: String, name: String) throws -> String {
    func value(_ variable: String) -> String? {
        guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return text
    }
    if let path = value(variable) { return absolutePath(path) }
    if let path = value(base), path.hasPrefix("/") { return "\(path)/\(name)" }
    if let home = value("HOME") { return "\(home)/\(below)/\(name)" }
    throw TrackingSetupError("neither \(variable) nor HOME is set; set \(variable) to a folder")
}
