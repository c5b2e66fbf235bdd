import ArgumentParser
import CommandKit
import DurableFiles
import Experiments
import Foundation
import Tracking

/// `model-registry sync`
struct Sync: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Deliver the runs that wait in the outbox.",
        discussion: """
            Trainers write what they record to the outbox first and have it delivered at once where they can, with what \
            waited for the same store. What is left there because a server was away goes now, each run to the store it was \
            meant for. Exit 69 when some of it still waits.
            """)

    @Argument(help: "Folders of the outbox; all that wait by default.", completion: .directory) var journals: [String] =
        []
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        guard !journals.isEmpty else { return try Sync.deliver(Outbox.current().waiting(), report) }
        return try Sync.deliverFirst(journals, report)
    }

    /// Delivers `journals` and, when their store could be reached, what else waits for it.
    ///
    /// - Returns: the status of `journals` alone.
    static func deliverFirst(_ journals: [String], _ report: Report) throws -> ToolStatus {
        let status = try deliver(journals, report)
        guard status == .done else { return status }
        let here = try TrackingDestination.current().description
        let others = try Outbox.current().waiting().filter { path in
            guard !journals.contains(path), let run = try? WaitingRun(path: path) else { return false }
            return run.destination == here && run.end != nil
        }
        _ = try deliver(others, report)
        return status
    }

    /// Delivers `journals` and says what became of each.
    static func deliver(_ journals: [String], _ report: Report) throws -> ToolStatus {
        var registries: [String: ModelRegistry] = [:]
        var status = ToolStatus.done
        var delivered = 0
        for path in journals {
            do {
                guard let waiting = try WaitingRun(path: path) else { continue }
                let registry =
                    try registries[waiting.destination]
                    ?? ModelRegistry(
                        try TrackingDestination(waiting.destination).store(
                            creates: true, environment: ProcessInfo.processInfo.environment),
                        user: waiting.start.user)
                registries[waiting.destination] = registry
                guard let receipt = try Delivery(registry).deliver(path) else { continue }
                delivered += 1
                for note in receipt.notes { report.logger.notice("\(note)") }
                if let end = receipt.end {
                    report.logger.info("run \(receipt.run.id) (\(end.status.rawValue)) is in \(registry.store.name)")
                }
            } catch let error as TrackingError {
                report.logger.error("\(error); \(path) waits in the outbox for model-registry sync")
                status = error.status
            } catch let error as JournalError {
                report.logger.error("\(error)")
                status = error.status
            } catch let error as SystemError where error.code == ENOENT {
                // Somebody else delivered it.
                continue
            }
        }
        report.summary(read: journals.count, written: delivered)
        return status
    }
}
