import ArgumentParser
import DurableFiles
import Glibc
import Kernels
import RecordStreams
import SensorData

/// A Borescope program: parsed arguments, and the work they ask for.
///
/// `main()` maps every error to the message and exit status that all programs share (see `ToolStatus`).
public protocol Tool: ParsableCommand {
    /// The options every program has.
    var diagnostics: DiagnosticOptions { get }
    /// Does the work, reporting through `report`.
    ///
    /// - Returns: `.done`, or `.checkFailed` when the work was a check and it said no.
    func execute(_ report: Report) throws -> ToolStatus
}

extension Tool {
    /// The program's name, as it stands in messages.
    public static var toolName: String { configuration.commandName ?? _commandName }

    /// Parses the command line, works, and exits.
    public static func main() {
        signal(SIGPIPE, SIG_IGN)
        let tool: Self
        do {
            var command = try parseAsRoot()
            guard let parsed = command as? Self else {
                try command.run()
                Glibc.exit(ToolStatus.done.rawValue)
            }
            tool = parsed
        } catch {
            refuse(error)
        }
        let report = Report(tool: toolName, options: tool.diagnostics)
        let status = report.status {
            do {
                _ = try CPULevel.level(requested: getenv("BORESCOPE_CPU").map { String(cString: $0) })
            } catch {
                throw UsageError("\(error)")
            }
            return try tool.execute(report)
        }
        Glibc.exit(status.rawValue)
    }
}

extension Tool {
    /// Ends the program as `error` of the command line asks: with the help, or with what is wrong, the usage and status 64.
    private static func refuse(_ error: any Error) -> Never {
        let message = fullMessage(for: error)
        guard exitCode(for: error) != .success, message.hasPrefix("Error: ") else { exit(withError: error) }
        StandardErrorLog.put("\(toolName): \(message.dropFirst("Error: ".count))\n")
        Glibc.exit(ToolStatus.usage.rawValue)
    }
}

/// The exit status of a program, after `sysexits.h`.
public enum ToolStatus: Int32, Sendable {
    /// The work is done.
    case done = 0
    /// The work was a check, and it said no.
    case checkFailed = 1
    /// The command line or a configuration is wrong.
    case usage = 64
    /// The input is not what its format promises.
    case badData = 65
    /// An input cannot be opened.
    case noInput = 66
    /// A service is unavailable.
    case unavailable = 69
    /// A defect of the program.
    case internalError = 70
    /// An output cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed; a full disk is one such failure.
    case inputOutput = 74
}

/// A command line or configuration that cannot be carried out; exit status 64.
public struct UsageError: Error, CustomStringConvertible {
    /// What is wrong and what was expected.
    public let description: String

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}
