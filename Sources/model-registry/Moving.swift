import ArgumentParser
import CommandKit
import Experiments
import Tracking

/// Why a version moves.
struct ReasonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Why, for the model's history.", valueName: "text")) var why = ""
}

/// `model-registry promote`
struct Promote: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Move a version to Production, or to another stage; the one that was there is archived.")

    @Argument(help: "NAME/NUMBER, NAME@ALIAS, or a stage.") var reference: String
    @Option(help: "The stage: production or staging.") var stage = "production"
    @Option(
        name: .customLong("if"),
        help: ArgumentHelp(
            "Only if this holds, as in 'val_weighted_ap > current'; else exit 1.", valueName: "condition"))
    var condition: String?
    @OptionGroup var reason: ReasonOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        guard let stage = Stage(named: stage), stage.alias != nil else {
            throw UsageError("--stage: expected production or staging, found '\(self.stage)'")
        }
        let session = try RegistrySession(options)
        let registry = try session.registry()
        let version = try session.version(reference)
        var why = reason.why
        if let condition = try condition.map(PromotionCondition.init) {
            let current = try registry.registered(version.model).version(in: .production)
            let (holds, found) = condition.holds(
                of: try registry.store.run(id: version.run)?.metrics ?? [:],
                current: try current.flatMap { try registry.store.run(id: $0.run)?.metrics })
            guard holds else {
                report.logger.notice("\(version.reference) stays in \(version.stage.rawValue): \(found)")
                return .checkFailed
            }
            why += (why.isEmpty ? "" : "; ") + "\(condition): \(found)"
        }
        report.tell(try registry.move(version, to: stage, action: "promote", why: why))
        return .done
    }
}

/// `model-registry archive`
struct Archive: Tool {
    static let configuration = CommandConfiguration(abstract: "Move a version to Archived; it judges no longer.")

    @Argument(help: "NAME/NUMBER, NAME@ALIAS, or a stage.") var reference: String
    @OptionGroup var reason: ReasonOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        let version = try session.version(reference)
        report.tell(try session.registry().move(version, to: .archived, action: "archive", why: reason.why))
        return .done
    }
}

/// `model-registry rollback`
struct Rollback: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Put the version back in Production that was there before.")

    @Argument(help: "The registered model; the configured one by default.") var name: String?
    @OptionGroup var reason: ReasonOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        let name = try name ?? session.settings.string("model")
        report.tell(try session.registry().rollBack(name, why: reason.why))
        return .done
    }
}

/// `model-registry alias`
struct Alias: Tool {
    static let configuration = CommandConfiguration(abstract: "Let an alias name a version, or no longer any.")

    @Argument(help: "The alias and its model, as in turbofan@champion.") var alias: String
    @Argument(help: "The version: NAME/NUMBER, NAME@ALIAS, or a stage.") var reference: String?
    @Flag(help: "Remove the alias.") var remove = false
    @OptionGroup var reason: ReasonOptions
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        guard case .alias(let name, let alias) = ModelReference(alias).meaning else {
            throw UsageError("expected NAME@ALIAS, found '\(self.alias)'")
        }
        guard remove == (reference == nil) else {
            throw UsageError("expected a version for \(name)@\(alias), or --remove")
        }
        let session = try RegistrySession(options)
        let version = try reference.map { try session.version($0) }
        if let version, version.model != name {
            throw UsageError("\(version.reference) is no version of '\(name)'")
        }
        try session.registry().setAlias(alias, of: name, to: version?.number, why: reason.why)
        report.logger.notice("\(name)@\(alias) names \(version?.reference ?? "no version")")
        return .done
    }
}

extension Report {
    /// Says what a move did.
    func tell(_ move: ModelRegistry.Move) {
        let replaced = move.replaced.map { "; \($0.reference) is archived" } ?? ""
        logger.notice("\(move.version.reference) is in \(move.version.stage.rawValue)\(replaced)")
    }
}
