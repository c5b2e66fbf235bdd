import ArgumentParser
import CommandKit

@main
struct CMAPSSValidate: Tool {
    static let configuration = CommandConfiguration(commandName: "cmapss-validate", abstract: "", version: borescopeVersion)
    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus { .done }
}
