import Glibc
import Logging
import RecordStreams

/// Writes `tool: message` lines, or one JSON object a line, to standard error.
struct StandardErrorLog: LogHandler {
    let tool: String
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    init(tool: String, format: LogFormat) {
        self.tool = tool
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: String
        switch format {
        case .text:
            line = "\(tool): \(event.level == .warning ? "warning: " : "")\(event.message)\n"
        case .json:
            line = "{\"level\":\"\(event.level)\",\"tool\":\(JSONText.quote(tool)),"
            line += "\"message\":\(JSONText.quote("\(event.message)"))}\n"
        }
        StandardErrorLog.put(line)
    }

    /// Writes all of `text` to standard error, as far as that takes it.
    static func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = write(STDERR_FILENO, rest.baseAddress, rest.count)
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
