import ArgumentParser
import CommandKit
import Detectors
import DurableFiles
import Evaluation
import Experiments
import Tracking
import VectorMath

/// `model-registry verify`
struct Verify: Tool {
    static let configuration = CommandConfiguration(
        abstract: "Check that versions are what was registered, and compute what they computed.",
        discussion: """
            Copies each bundle from the store, recomputes its digests, reads it whole, scores the windows that it \
            carries and compares with the scores it had when it was trained. Exit 1 when a version fails.
            """)

    @Argument(help: "The versions; by default all in Staging and Production.") var references: [String] = []
    @OptionGroup var options: RegistryOptions
    var diagnostics: DiagnosticOptions { options.diagnostics }

    func execute(_ report: Report) throws -> ToolStatus {
        let session = try RegistrySession(options)
        let store = try session.openStore()
        let versions =
            try references.isEmpty
            ? store.models().flatMap { model in model.versions.filter { $0.stage.alias != nil } }
            : references.map { try session.version($0) }
        let tolerance = try session.settings.double("verify.tolerance", in: 0...1)
        var table = TextTable(hasNumbers: false)
        var failures = 0
        for version in versions {
            do {
                table.add([version.reference, "ok", try check(version, in: store, tolerance: tolerance)])
            } catch TrackingError.unavailable(let text) {
                throw TrackingError.unavailable(text)
            } catch {
                failures += 1
                table.add([version.reference, "FAILED", "\(error)"])
            }
        }
        try StandardOutput.put(table.text())
        report.summary(read: versions.count, written: versions.count - failures)
        return failures == 0 ? .done : .checkFailed
    }

    /// Says what was checked.
    private func check(_ version: ModelVersion, in store: any TrackingStore, tolerance: Double) throws -> String {
        guard let run = try store.run(id: version.run) else {
            throw TrackingError.missing("its run '\(version.run)' is gone")
        }
        guard let digest = version.digest else {
            throw TrackingError.missing("it has no tag \(TrackingTag.digest) that says what it should be")
        }
        // Afresh from the store: what the cache holds was checked when it came.
        let folder = "\(try BundleCache.currentPath())/.verify-\(version.run).tmp"
        defer { removeTree(folder) }
        let cache = BundleCache(path: folder) { _ in }
        let copy = try cache.fetch(.model, of: run, from: store, digest: digest)
        let bundle = try ModelBundle(path: copy.path)
        let deviation = try bundle.selfTest.deviation(of: bundle.detector, pool: WorkerPool(threads: 1))
        guard deviation <= tolerance else {
            throw TrackingError.damaged(
                "its \(bundle.selfTest.errors.count) own windows score otherwise by \(deviation); expected at most \(tolerance)"
            )
        }
        return "\(bundle.version), \(bundle.selfTest.errors.count) windows within \(deviation)"
    }
}
