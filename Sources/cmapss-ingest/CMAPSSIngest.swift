import ArgumentParser
import CommandKit

@main
struct CMAPSSIngest: Tool {
    static let configuration = CommandConfiguration(commandName: "cmapss-ingest", abstract: "", version: borescopeVersion)
    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus { .done }
}
