import ArgumentParser
import CommandKit
import Experiments
import Tracking

/// `model-registry resolve`
struct Resolve: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Print the directory of the bundle that a reference means.",
        discussion: """
            Looks in the registry, among the newest runs, and for a directory, in this order. The bundle of a server is \
            copied to the cache and checked, once; while the server is away the cache serves.
            """)

    @Argument(help: "NAME/NUMBER, NAME@ALIAS, a stage (prod, staging), runs:/ID, or a directory.") var reference: String
    @Flag(help: "Print what was found as JSON.") var json = false
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let resolved = try RegistrySession(options).resolver().resolve(ModelReference(reference))
        if let warning = resolved.warning { report.logger.warning("\(warning)") }
        try StandardOutput.put(json ? JSONDocument.text(resolved) : resolved.path + "\n")
        return .done
    }
}
