import Foundation
import Glibc

/// A program run to its end, with its output captured through files so that no amount of it can block.
struct ChildProcess {
    /// What a finished program left behind.
    struct Outcome {
        /// The exit status; 128 + the signal's number for a program that a signal ended, as a shell has it.
        let status: Int32
        /// All of standard output.
        let output: Data
        /// All of standard error.
        let errors: Data
        /// True when the time was up and the program was killed.
        let timedOut: Bool
    }

    /// The program could not be started.
    struct SpawnError: Error {
        /// The program's path.
        let program: String
        /// The system's error number.
        let code: Int32
    }

    /// `posix_spawn` has no portable way to set the folder; `env -C` has.
    private static let starter = "/usr/bin/env"

    /// Runs `program` in `folder`, with nothing on standard input, in a process group of its own that is killed whole
    /// when `timeout` seconds have passed.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], folder: URL, timeout: Double
    ) throws -> Outcome {
        let captured = FileManager.default.temporaryDirectory.appendingPathComponent("captured-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: captured, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: captured) }
        let output = captured.appendingPathComponent("output")
        let errors = captured.appendingPathComponent("errors")

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let write = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, write, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors.path, write, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var process = pid_t()
        let words = (["env", "-C", folder.path, program] + arguments).map { strdup($0) } + [nil]
        let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        let code = posix_spawn(&process, Self.starter, &actions, &attributes, words, variables)
        guard code == 0 else { throw SpawnError(program: Self.starter, code: code) }

        let (status, timedOut) = wait(for: process, timeout: timeout)
        return Outcome(
            status: status, output: try Data(contentsOf: output), errors: try Data(contentsOf: errors),
            timedOut: timedOut)
    }

    private static func wait(for process: pid_t, timeout: Double) -> (status: Int32, timedOut: Bool) {
        let deadline = ProcessInfo.processInfo.systemUptime + timeout
        var status: Int32 = 0
        var timedOut = false
        while waitpid(process, &status, timedOut ? 0 : WNOHANG) == 0 {
            if ProcessInfo.processInfo.systemUptime > deadline {
                kill(-process, SIGKILL)
                timedOut = true
            } else {
                usleep(2000)
            }
        }
        kill(-process, SIGKILL)
        let signal = status & 0x7f
        return (signal == 0 ? (status >> 8) & 0xff : 128 + signal, timedOut)
    }
}
