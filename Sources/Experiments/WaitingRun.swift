import DurableFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A journal as whoever delivers it sees it.
public struct WaitingRun: Sendable {
    /// The journal's folder.
    public let path: String
    /// How the run begins.
    public let start: RunStart
    /// The URI it is meant for.
    public let destination: String
    /// What follows, as far as it is written.
    public let events: [RunEvent]
    /// Whether the program that writes it lives.
    public let isBeingWritten: Bool

    /// The longest journal accepted, in bytes.
    static let limit = 1 << 30

    /// Reads the journal in the folder `path`. A last line without its end, of a program that was killed while it wrote or
    /// writes still, does not count; nil when no line is whole yet.
    ///
    /// - Throws: `JournalError` when a line is none of an event, `SystemError`.
    public init?(path: String) throws {
        let file = "\(path)/\(RunJournal.file)"
        // Asked first: what is written between this question and the reading is then only read too early, never too late.
        isBeingWritten = try WaitingRun.isLocked(file)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        var events: [RunEvent] = []
        let bytes = try readFile(file, limit: WaitingRun.limit)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        for (index, line) in lines.enumerated() {
            do {
                events.append(try decoder.decode(RunEvent.self, from: Data(line)))
            } catch {
                throw JournalError(
                    "\(file):\(index + 1): no event of a run; expected what a trainer of this version writes")
            }
        }
        if events.isEmpty { return nil }
        guard case .start(let start, let destination)? = events.first else {
            throw JournalError("\(file):1: expected the start of a run")
        }
        self.path = path
        self.start = start
        self.destination = destination
        self.events = Array(events.dropFirst())
    }

    /// How the run ended; nil while it goes on. A run without an end whose program is gone was killed.
    public var end: RunEnd? {
        for event in events.reversed() {
            if case .end(let end) = event { return end }
        }
        return isBeingWritten ? nil : RunEnd(status: .killed, time: RunJournal.now)
    }

    /// Where the copy of an artifact stands.
    public func file(of artifact: ArtifactRecord) -> String {
        "\(path)/\(RunJournal.artifacts)/\(artifact.name)"
    }

    private static func isLocked(_ file: String) throws -> Bool {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", file) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(descriptor, LOCK_UN)
        return false
    }
}

/// A journal that cannot be read.
public struct JournalError: Error, Equatable, CustomStringConvertible {
    /// File, line, and what was expected.
    public let description: String

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}
