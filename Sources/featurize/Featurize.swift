import ArgumentParser
import CommandKit

@main
struct Featurize: Tool {
    static let configuration = CommandConfiguration(commandName: "featurize", abstract: "", version: borescopeVersion)
    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus { .done }
}
