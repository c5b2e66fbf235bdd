import ArgumentParser
import CommandKit
import DurableFiles
import RecordStreams
import SensorData

@main
struct CMAPSSValidate: Tool {
    static let configuration = CommandConfiguration(
        commandName: "cmapss-validate", abstract: "Check C-MAPSS rows and pass them on unchanged.",
        discussion: """
            Checks columns, missing values, types, physical ranges in each flight condition, the order of cycles and \
            times, labels, and stuck columns. The verdict goes to standard error; the exit status is 1 where it is no, \
            65 where the input cannot be read to its end. NASA's text is read too, without labels: every faulty line of \
            it is named and left out, and units of a further file are counted on where numbers clash.

              cmapss-ingest train_FD001.txt | cmapss-validate --report verdict.json | featurize
              cmapss-validate test_FD001.txt > /dev/null
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(
        help: ArgumentHelp("Write the verdict to FILE as JSON.", valueName: "file"), completion: .file())
    var report: String?
    @Option(help: ArgumentHelp("List this many violations and count the others.", valueName: "n"))
    var maxViolations: Int?
    @Option(help: ArgumentHelp("Read settings from FILE.", valueName: "file"), completion: .file())
    var config: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        let settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.cmapss_validate_yaml, file: config)
        let limit = try maxViolations ?? settings.int("max_violations", in: 0 ... .max)
        guard limit >= 0 else { throw UsageError("--max-violations: expected at least 0, found \(limit)") }
        guard self.report != "-" else {
            throw UsageError("--report -: expected a file, because the rows go to standard output")
        }
        try PlannedOutputs([("the verdict", self.report)]).check(against: input.files)
        try PlannedOutputs([("the rows", output.output), ("the verdict", self.report)]).checkApart()
        if let path = self.report { try AtomicFile.checkCreatable(path) }
        let writer = try output.openWriter()
        let stream = ValidatedStream(
            Validator(rules: try ValidationRules(settings), limit: limit), writer: writer, report: report)
        var unreadable: DataError?
        do {
            for path in input.files.isEmpty ? ["-"] : input.files { try stream.pass(path) }
        } catch let error as DataError {
            unreadable = error
        }
        let verdict = stream.finish(unreadable)
        if let path = self.report { try VerdictReport(verdict).write(to: path) }
        if unreadable == nil { try writer.finish() } else { try writer.flush() }
        conclude(verdict, report)
        report.summary(read: verdict.rowCount, written: writer.recordCount)
        return unreadable != nil ? .badData : verdict.passed ? .done : .checkFailed
    }

    private func conclude(_ verdict: ValidationVerdict, _ report: Report) {
        let unlisted = verdict.violationCount - verdict.violations.count
        if unlisted > 0 {
            report.logger.error(
                "not listed: \(ValidationVerdict.count(unlisted, "more violation")) (see --max-violations)")
        }
        if verdict.shortUnitCount > 0 {
            var names = verdict.shortUnits.prefix(5).map { "\($0.unitID)" }
            if !names.isEmpty, names.count < verdict.shortUnitCount { names.append("…") }
            let list = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
            let units = ValidationVerdict.count(verdict.shortUnitCount, "unit")
            report.logger.notice("too short for a window: \(units)\(list)")
        }
        if verdict.passed {
            report.logger.notice("\(verdict.summary)")
        } else {
            report.logger.error("\(verdict.summary)")
        }
    }
}
