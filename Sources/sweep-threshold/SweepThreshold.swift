import ArgumentParser
import CommandKit

@main
struct SweepThreshold: Tool {
    static let configuration = CommandConfiguration(commandName: "sweep-threshold", abstract: "", version: borescopeVersion)
    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus { .done }
}
