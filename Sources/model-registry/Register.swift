import ArgumentParser
import CommandKit
import Detectors
import Experiments
import Tracking
import Training

/// `model-registry register`
struct Register: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Register a bundle, or the model of a run, as a new version.",
        discussion: """
            A bundle in a directory is recorded as a run of its own, so that its version has metrics to compare. What \
            cannot be sent now waits in the outbox for model-registry sync.
            """)

    @Argument(help: "The registered model, which is made where it is missing.") var name: String
    @Argument(help: "The directory of a bundle, or runs:/ID.", completion: .directory) var reference: String
    @Option(help: "The stage it enters at once: staging or production.") var stage: String?
    @Option(
        help: ArgumentHelp(
            "Promote it to Production if this holds, as in 'val_weighted_ap > current'.", valueName: "condition"))
    var promoteIf: String?
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let request = try RegistrationRequest(model: name, stage: stage, promotion: promoteIf)
        let session = try RegistrySession(options, creates: true)
        let resolved = try session.resolver().resolve(ModelReference(reference))
        let bundle = try ModelBundle(path: resolved.path)
        let journal: RunJournal
        if case .run(let id) = ModelReference(reference).meaning {
            journal = try RunJournal(
                adding: id, program: report.tool, experiment: try session.settings.string("experiment"),
                destination: session.destination, in: Outbox.current())
        } else {
            journal = try RunJournal(
                experiment: try session.settings.string("experiment"), name: bundle.version, program: report.tool,
                destination: session.destination, in: Outbox.current())
            try journal.record(bundle, from: resolved.path)
        }
        try journal.append(.register(request.registration(bundle: bundle.version, sha256: bundle.digest)))
        try journal.end(.finished)
        return try Sync.deliverFirst([journal.path], report)
    }
}
