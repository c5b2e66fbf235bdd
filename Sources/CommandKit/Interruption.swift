import Glibc
import Synchronization

/// Whether the user asked a long work to stop with Ctrl-C (or a service manager with SIGTERM).
///
/// The first signal is remembered, so that work can end in order; the second one ends the program at once.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Starts to listen.
    public static func watch() {
        requested.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.requested.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether a signal came.
    public static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
