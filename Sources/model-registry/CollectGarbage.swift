import ArgumentParser
import CommandKit
import DurableFiles
import Experiments
import Tracking

/// `model-registry gc`
struct CollectGarbage: Tool {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove cached bundles that nobody asked for of late, and what interruptions left.",
        discussion: """
            Bundles that a version in Staging or Production needs stay. Nothing in a store is removed: mlflow gc does that.
            """)

    @Option(help: ArgumentHelp("Remove what was not asked for in so many days.", valueName: "n")) var days: Int?
    @Flag(help: "Only say what would be removed.") var dryRun = false
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        var settings = session.settings
        settings.override("gc.days", with: days, from: "--days")
        let oldest = RunJournal.now - Int64(try settings.int("gc.days", in: 0...100_000)) * 86_400_000
        let cache = try session.cache()
        let models = try session.store?.models() ?? []
        let needed = Set(models.flatMap { $0.versions.filter { $0.stage.alias != nil }.compactMap(\.digest) })
        let contents = try cache.contents()
        let old = contents.filter { $0.lastUse <= oldest && !needed.contains($0.digest) }
        for bundle in old {
            try StandardOutput.put("\(cache.path)/\(bundle.digest)\t\(bundle.bytes)\n")
            if !dryRun { removeTree("\(cache.path)/\(bundle.digest)") }
        }
        // An hour is longer than any copy takes that is still going on.
        let leftovers = try cache.leftovers().filter { modificationTime(of: $0) ?? 0 < RunJournal.now - 3_600_000 }
        for leftover in leftovers {
            try StandardOutput.put("\(leftover)\n")
            if !dryRun { removeTree(leftover) }
        }
        report.summary(
            read: contents.count, written: contents.count - old.count, skipped: old.count + leftovers.count)
        return .done
    }
}
