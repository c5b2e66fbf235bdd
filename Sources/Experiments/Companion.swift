#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Another program of Borescope, installed beside this one.
///
/// Names are resolved and runs are delivered by `model-registry`, so that the programs that judge rows start without a
/// database or a network library, and have none that could be attacked.
public struct Companion: Hashable, Sendable {
    /// The program's file.
    public let path: String
    private let name: String

    /// Finds the program beside this one, else on `PATH`; nil when it is in neither place.
    public init?(named name: String) {
        self.name = name
        var folders: [String] = []
        if let own = realpath("/proc/self/exe", nil) {
            defer { free(own) }
            let file = String(cString: own)
            if let slash = file.lastIndex(of: "/") { folders.append(String(file[..<slash])) }
        }
        if let variable = getenv("PATH") { folders += String(cString: variable).split(separator: ":").map(String.init) }
        guard let folder = folders.first(where: { access("\($0)/\(name)", X_OK) == 0 }) else { return nil }
        path = "\(folder)/\(name)"
    }

    /// Runs the program to its end and returns the first line it prints. What it says on standard error is said there.
    ///
    /// - Throws: `CompanionFailure` when it ends with another status than 0.
    public func output(of arguments: [String]) throws -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CompanionFailure(program: name, status: 70) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = try start(arguments, output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        try wait(for: child)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Runs the program to its end; its standard output is this program's standard error.
    ///
    /// - Throws: `CompanionFailure` when it ends with another status than 0.
    public func run(_ arguments: [String]) throws {
        try wait(for: start(arguments, output: STDERR_FILENO))
    }

    /// Starts the program, which says nothing; nobody waits for it but `isRunning`.
    ///
    /// - Throws: `CompanionFailure` when it cannot be started.
    public func startSilently(_ arguments: [String]) throws -> Int32 {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        return try start(arguments, output: nowhere, errors: nowhere)
    }

    /// Whether a program that was started still runs.
    public static func isRunning(_ child: Int32) -> Bool {
        var status: Int32 = 0
        return waitpid(child, &status, WNOHANG) == 0
    }

    private func start(_ arguments: [String], output: Int32, errors: Int32 = STDERR_FILENO) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) }
        words.append(nil)
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, nil, words, environ)
        guard code == 0 else { throw CompanionFailure(program: name, status: 70) }
        return child
    }

    private func wait(for child: pid_t) throws {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let exitStatus = status & 0x7f == 0 ? (status >> 8) & 0xff : 70
        guard exitStatus == 0 else { throw CompanionFailure(program: name, status: exitStatus) }
    }
}

/// A companion program that did not do its work, and has said why.
public struct CompanionFailure: Error, Equatable, CustomStringConvertible {
    /// Its name.
    public let program: String
    /// Its exit status.
    public let status: Int32

    /// `model-registry ended with status 66`
    public var description: String { "\(program) ended with status \(status)" }
}
