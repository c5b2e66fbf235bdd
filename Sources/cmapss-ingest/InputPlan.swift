import ArgumentParser
import CommandKit
import SensorData

/// What each operand is and where its labels come from.
struct InputPlan {
    /// `--kind`
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case auto
        case train
        case test
    }

    /// What a file holds.
    enum Content: Equatable {
        /// Rows whose end of life is not known, or not asked for.
        case unlabelled
        /// A training file.
        case runToFailure
        /// A test file, and its RUL file.
        case stopsEarly(rulFile: String)
        /// A RUL file by itself.
        case lives
    }

    /// An operand.
    struct File {
        var path: String
        var content: Content
    }

    private(set) var files: [File] = []
    /// What a user should know before the first row.
    private(set) var notices: [String] = []

    init(files paths: [String], rulFiles: [String], kind: Kind, noLabels: Bool) throws {
        guard rulFiles.isEmpty || !noLabels else { throw UsageError("--rul and --no-labels exclude each other") }
        guard rulFiles.isEmpty || kind != .train else {
            throw UsageError("--rul belongs to test files; expected --kind test or auto")
        }
        var lives = rulFiles[...]
        for path in paths.isEmpty ? ["-"] : paths {
            let isAlone = rulFiles.count == 1 && paths.count <= 1
            switch InputPlan.kind(of: path, kind, hasRUL: isAlone) {
            case .rul: files.append(File(path: path, content: .lives))
            case .train: files.append(File(path: path, content: noLabels ? .unlabelled : .runToFailure))
            case .test:
                if let rulFile = lives.popFirst() {
                    files.append(File(path: path, content: .stopsEarly(rulFile: rulFile)))
                } else {
                    files.append(File(path: path, content: .unlabelled))
                    if !noLabels { notices.append("\(path): a test file without --rul; its rows get no labels") }
                }
            case nil:
                files.append(File(path: path, content: .unlabelled))
                guard !noLabels else { continue }
                notices.append(
                    "\(path == "-" ? "<stdin>" : path): a name that does not tell training from test; its rows get no labels "
                        + "without --kind train, or --kind test and --rul")
            }
        }
        if let extra = lives.first {
            let given = rulFiles.count - lives.count
            throw UsageError(
                "--rul \(extra): no test file for it; expected one --rul for each test file, found \(rulFiles.count) for "
                    + "\(given) (--kind test makes every file a test file)")
        }
        try refuseMixtures()
    }

    private static func kind(of path: String, _ kind: Kind, hasRUL: Bool) -> CMAPSSFileKind? {
        switch kind {
        case .train: .train
        case .test: .test
        case .auto: CMAPSSFileKind(fileName: path) ?? (hasRUL ? .test : nil)
        }
    }

    /// One stream has one set of members.
    private func refuseMixtures() throws {
        let lives = files.first { $0.content == .lives }
        if let lives, let other = files.first(where: { $0.content != .lives }) {
            throw UsageError("\(lives.path) is a RUL file; expected --rul \(lives.path) for the rows of \(other.path)")
        }
        if let bare = files.first(where: { $0.content == .unlabelled }),
            let labelled = files.first(where: { $0.content != .unlabelled })
        {
            throw UsageError(
                "\(labelled.path) gets labels and \(bare.path) does not; expected --kind or --rul for both, or --no-labels"
            )
        }
    }
}
