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
        runProgram(Self.self, named: toolName)
    }
}

/// A program whose work is done by subcommands, each of them a `Tool`.
public protocol ToolGroup: ParsableCommand {}

extension ToolGroup {
    /// The program's name, as it stands in messages.
    public static var toolName: String { configuration.commandName ?? _commandName }

    /// Parses the command line, lets the subcommand work, and exits.
    public static func main() {
        runProgram(Self.self, named: toolName)
    }
}

/// Parses the command line of `program`, does the work it asks for, and exits.
private func runProgram(_ program: (some ParsableCommand).Type, named name: String) -> Never {
    signal(SIGPIPE, SIG_IGN)
    let tool: any Tool
    do {
        var command = try program.parseAsRoot()
        guard let parsed = command as? any Tool else {
            try command.run()
            Glibc.exit(ToolStatus.done.rawValue)
        }
        tool = parsed
    } catch {
        refuse(error, program, named: name)
    }
    let report = Report(tool: name, options: tool.diagnostics)
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

/// Ends `program` as `error` of the command line asks: with the help, or with what is wrong, the usage and status 64.
private func refuse(_ error: any Error, _ program: (some ParsableCommand).Type, named name: String) -> Never {
    let message = program.fullMessage(for: error)
    if program.exitCode(for: error) == .success {
        do {
            if !message.isEmpty { try StandardOutput.put(message + "\n") }
        } catch {
            let status = Report.status(meaning: error)
            if status != .done { StandardErrorLog.put("\(name): \(error)\n") }
            Glibc.exit(status.rawValue)
        }
        Glibc.exit(ToolStatus.done.rawValue)
    }
    guard message.hasPrefix("Error: ") else { program.exit(withError: error) }
    StandardErrorLog.put("\(name): \(message.dropFirst("Error: ".count))\n")
    Glibc.exit(ToolStatus.usage.rawValue)
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
public struct UsageError: InputError {
    /// What is wrong and what was expected.
    public let description: String

    /// The request.
    public var fault: InputFault { .request }

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}
