import ArgumentParser
import CommandKit
import Evaluation
import Experiments
import Tracking

/// `model-registry list`
struct List: Tool {
    static let configuration = CommandConfiguration(abstract: "List registered models and their versions.")

    @Argument(help: "Only these models.") var names: [String] = []
    @Flag(help: "Archived versions too.") var all = false
    @OptionGroup var results: ReportOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let registry = try RegistrySession(options).registry()
        let models = try names.isEmpty ? registry.store.models() : names.map { try registry.registered($0) }
        var table = TextTable(hasNumbers: false)
        table.add(["VERSION", "STAGE", "ALIASES", "MODEL", "REGISTERED", "RUN"])
        var listed: [VersionDocument] = []
        for model in models {
            for version in model.versions.reversed() where all || version.stage != .archived {
                let document = VersionDocument(version, of: model)
                listed.append(document)
                table.add([
                    document.version, document.stage, document.aliases.joined(separator: " "), document.bundle ?? "–",
                    document.registered, String(document.run.prefix(8)),
                ])
            }
        }
        try results.write(table: table.text(), json: try JSONDocument.text(listed))
        report.summary(read: models.count, written: listed.count)
        return .done
    }
}

/// `model-registry show`
struct Show: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Show a model or one version with its metrics.")

    @Argument(help: "NAME, NAME/NUMBER, NAME@ALIAS, or a stage.") var reference: String
    @OptionGroup var results: ReportOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        let registry = try session.registry()
        if case .word(let word) = ModelReference(reference).meaning, let model = try registry.store.model(named: word) {
            let documents = model.versions.reversed().map { VersionDocument($0, of: model) }
            var table = TextTable(hasNumbers: false)
            table.add(["model", model.name])
            for (alias, number) in model.aliases.sorted(by: { $0.key < $1.key }) {
                table.add(["@\(alias)", "\(model.name)/\(number)"])
            }
            for document in documents {
                table.add([document.version, "\(document.stage), \(document.bundle ?? "–"), \(document.registered)"])
            }
            try results.write(table: table.text(), json: try JSONDocument.text(documents))
            return .done
        }
        let version = try session.version(reference)
        let model = try registry.registered(version.model)
        var document = VersionDocument(version, of: model)
        let run = try registry.store.run(id: version.run)
        document.metrics = run?.metrics
        document.parameters = run?.parameters
        var table = TextTable(hasNumbers: false)
        table.add(["version", document.version])
        table.add(["stage", document.stage])
        table.add(["aliases", document.aliases.joined(separator: " ")])
        table.add(["model version", document.bundle ?? "–"])
        table.add(["SHA-256", document.sha256 ?? "–"])
        table.add(["registered", document.registered])
        table.add(["run", "\(document.run) \(run.map { "(\($0.name))" } ?? "(gone)")"])
        for (name, value) in (run?.metrics ?? [:]).sorted(by: { $0.key < $1.key }) { table.add([name, "\(value)"]) }
        try results.write(table: table.text(), json: try JSONDocument.text(document))
        return .done
    }
}

/// `model-registry history`
struct History: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Tell who moved which version where, when and why, oldest first.")

    @Argument(help: "The registered model.") var name: String
    @OptionGroup var results: ReportOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let history = ModelHistory(of: try RegistrySession(options).registry().registered(name))
        var table = TextTable(hasNumbers: false)
        table.add(["WHEN", "WHO", "WHAT", "VERSION", "FROM", "TO", "REPLACED", "WHY"])
        for entry in history.entries {
            table.add([
                Moment.text(entry.time), entry.user, entry.action, "\(name)/\(entry.version)", entry.from ?? "–",
                entry.to, entry.replaced.map { "\(name)/\($0)" } ?? "–", entry.why,
            ])
        }
        try results.write(table: table.text(), json: try JSONDocument.text(history.entries))
        return .done
    }
}

/// `model-registry diff`
struct Diff: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Show in which parameters and metrics two versions differ.")

    @Argument(help: "The one version.") var first: String
    @Argument(help: "The other.") var second: String
    @OptionGroup var results: ReportOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    /// A parameter or metric that differs.
    private struct Difference: Encodable {
        var name: String
        var kind: String
        var first: String?
        var second: String?
    }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        let store = try session.openStore()
        let versions = try [first, second].map { try session.version($0) }
        let runs = try versions.map { version in
            guard let run = try store.run(id: version.run) else {
                throw TrackingError.missing(
                    "\(store.name): \(version.reference) was made by the run '\(version.run)', which is gone")
            }
            return run
        }
        let texts = runs.map { run in
            [("parameter", run.parameters), ("metric", run.metrics.mapValues { "\($0)" })]
        }
        var differences: [Difference] = []
        for (one, other) in zip(texts[0], texts[1]) {
            for name in Set(one.1.keys).union(other.1.keys).sorted() where one.1[name] != other.1[name] {
                differences.append(
                    Difference(name: name, kind: one.0, first: one.1[name], second: other.1[name]))
            }
        }
        var table = TextTable(hasNumbers: false)
        table.add(["", versions[0].reference, versions[1].reference])
        for difference in differences {
            table.add([difference.name, difference.first ?? "–", difference.second ?? "–"])
        }
        try results.write(table: table.text(), json: try JSONDocument.text(differences))
        return .done
    }
}
