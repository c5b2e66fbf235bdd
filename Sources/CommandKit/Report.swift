import DurableFiles
import Glibc
import Logging
import SensorData

/// What a program says on standard error, and the exit status its errors mean.
public final class Report {
    /// The program's name.
    public let tool: String
    /// Where messages go; `--quiet` and `--verbose` set its level, `--log-format` its form.
    public let logger: Logger
    /// True when a person watches: standard error is a terminal and `--quiet` was not given.
    public let showsProgress: Bool
    private let options: DiagnosticOptions

    /// Reports for `tool` as `options` ask.
    public init(tool: String, options: DiagnosticOptions) {
        self.tool = tool
        self.options = options
        var logger = Logger(label: tool) { label in StandardErrorLog(tool: label, format: options.logFormat) }
        logger.logLevel = options.quiet ? .error : options.verbose ? .info : .notice
        self.logger = logger
        showsProgress = isatty(STDERR_FILENO) == 1 && !options.quiet
    }

    /// True when the user asked for errors only.
    public var isQuiet: Bool { options.quiet }

    /// The summary that `--verbose` prints last.
    public func summary(read: Int, written: Int, skipped: Int = 0) {
        logger.info("\(read) read, \(written) written, \(skipped) skipped")
    }

    /// Runs `work`, reports the error it throws, and says what the program's exit status is.
    public func status(of work: () throws -> ToolStatus) -> ToolStatus {
        do {
            return try work()
        } catch {
            let status = Report.status(meaning: error)
            if status != .done { logger.error("\(error)") }
            return status
        }
    }

    /// The exit status that `error` means; a reader that has enough means none.
    static func status(meaning error: any Error) -> ToolStatus {
        switch error {
        case let error as SystemError where error.code == EPIPE: .done
        case let error as any ToolFailure: error.status
        case let error as any InputError:
            switch error.fault {
            case .request: .usage
            case .data: .badData
            }
        case let error as SystemError:
            switch error.operation {
            case "open": .noInput
            case "create": .cannotCreate
            default: .inputOutput
            }
        default: .internalError
        }
    }
}

/// An error that knows its exit status; for errors of one program or library that the shared ones do not cover.
public protocol ToolFailure: Error, CustomStringConvertible {
    /// The exit status.
    var status: ToolStatus { get }
}
