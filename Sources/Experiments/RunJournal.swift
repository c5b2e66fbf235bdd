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

/// The record that a program writes of its run: a folder in the outbox with one line an event and copies of its files.
///
/// Writing it takes no network and no database, so a run never waits for either and never fails with them; whoever delivers
/// the outbox reads it, also while it is being written. As long as the program lives it holds a lock on the file: a journal
/// without an end and without a lock is that of a run that was killed.
public final class RunJournal {
    /// The file of events, one JSON object a line.
    public static let file = "journal.ndjson"
    /// The folder of copies.
    public static let artifacts = "artifacts"

    /// 32 hexadecimal digits.
    public let id: String
    /// The journal's folder.
    public let path: String
    private let descriptor: Int32
    /// The bytes of the events in the file.
    private var length: off_t = 0

    /// Begins the journal of a new run meant for `destination`.
    ///
    /// - Parameters:
    ///   - name: the run's name; nil is the program and a part of the identifier.
    ///   - program: the program's name.
    /// - Throws: `SystemError` when it cannot be written.
    public convenience init(
        experiment: String, name: String? = nil, program: String, destination: TrackingDestination, in outbox: Outbox
    ) throws {
        let id = RunJournal.newIdentifier()
        try self.init(
            RunStart(
                id: id, experiment: experiment, name: name ?? "\(program)-\(id.prefix(8))", user: RunJournal.user,
                source: program, time: RunJournal.now),
            destination: destination, in: outbox)
    }

    /// Begins a journal that adds to a run which the store at `destination` has.
    ///
    /// - Parameters:
    ///   - run: the run's identifier, or the model version whose run it is (`iforest-074f51ed9b27`).
    ///   - experiment: where the run of a model version is looked for.
    ///   - program: the program's name.
    /// - Throws: `SystemError` when it cannot be written.
    public convenience init(
        adding run: String, program: String, experiment: String, destination: TrackingDestination, in outbox: Outbox
    ) throws {
        try self.init(
            RunStart(
                id: RunJournal.newIdentifier(), experiment: experiment, name: program, user: RunJournal.user,
                source: program, time: RunJournal.now, addsTo: run),
            destination: destination, in: outbox)
    }

    private init(_ start: RunStart, destination: TrackingDestination, in outbox: Outbox) throws {
        id = start.id
        // Sorting by name is then sorting by time.
        path = "\(outbox.path)/\(start.time)-\(start.id)"
        try createFolder("\(path)/\(RunJournal.artifacts)")
        let journal = "\(path)/\(RunJournal.file)"
        descriptor = open(journal, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("create", journal) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        try append(.start(start, destination: "\(destination)"))
        fsync(descriptor)
    }

    deinit {
        close(descriptor)
    }

    /// Adds an event, whole or not at all.
    ///
    /// - Throws: `SystemError` when it cannot be written.
    public func append(_ event: RunEvent) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = RunJournal.infinities
        let line = [UInt8](try encoder.encode(event)) + [UInt8(ascii: "\n")]
        // One call a line: a reader at the same time sees whole lines.
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count else {
            // What is written in part meets the end of the disk.
            if written >= 0 { errno = ENOSPC }
            let error = SystemError("write", "\(path)/\(RunJournal.file)")
            // The start of a line would spoil the next one.
            _ = ftruncate(descriptor, length)
            throw error
        }
        length += off_t(written)
    }

    /// Adds a file, under a name within the run.
    ///
    /// - Throws: `SystemError`.
    public func add(file: String, as name: String) throws {
        let copy = "\(path)/\(RunJournal.artifacts)/\(name)"
        try copyFile(file, to: copy)
        try record(copy, name)
    }

    /// Adds all files of a folder, under names that begin with `name`.
    ///
    /// - Throws: `SystemError`.
    public func add(folder: String, as name: String) throws {
        for entry in try namesInFolder(folder) {
            let source = "\(folder)/\(entry)"
            switch kindOfFile(source) {
            case .folder: try add(folder: source, as: "\(name)/\(entry)")
            case .file: try add(file: source, as: "\(name)/\(entry)")
            case .other, nil: continue
            }
        }
    }

    /// Adds a text as a file.
    ///
    /// - Throws: `SystemError`.
    public func add(text: String, as name: String) throws {
        let copy = "\(path)/\(RunJournal.artifacts)/\(name)"
        try createFolder(String(copy[..<(copy.lastIndex(of: "/") ?? copy.endIndex)]))
        try AtomicFile.write(text.utf8, to: copy)
        try record(copy, name)
    }

    /// Ends the run.
    ///
    /// - Throws: `SystemError`.
    public func end(_ status: RunStatus) throws {
        try append(.end(RunEnd(status: status, time: RunJournal.now)))
        guard fsync(descriptor) == 0 else { throw SystemError("sync", "\(path)/\(RunJournal.file)") }
    }

    /// Milliseconds since 1970.
    public static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// How numbers that JSON has no form for stand in a journal.
    static var infinities: JSONEncoder.NonConformingFloatEncodingStrategy {
        .convertToString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    }

    private func record(_ copy: String, _ name: String) throws {
        let (digest, count) = try Digest.ofFile(copy)
        try append(.artifact(ArtifactRecord(name: name, bytes: count, sha256: digest)))
    }

    /// 32 hexadecimal digits.
    private static func newIdentifier() -> String {
        (0..<4).map { _ in
            let text = String(UInt32.random(in: 0 ... .max), radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined()
    }

    /// Who runs this program.
    public static var user: String {
        for variable in ["LOGNAME", "USER"] {
            if let name = getenv(variable).map({ String(cString: $0) }), !name.isEmpty { return name }
        }
        return "uid-\(getuid())"
    }
}
