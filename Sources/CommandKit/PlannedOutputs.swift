import DurableFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that a program is going to write, looked at before it works: none may destroy an input or another output.
///
/// Not names are compared but what they lead to. An output that is written whole and then renamed may replace the input
/// that it was made of; whoever promises that checks it apart only.
public struct PlannedOutputs {
    private struct File {
        let what: String
        let path: String
        let identity: FileIdentity?
    }

    private let files: [File]
    /// What goes to standard output because a `-` says so.
    private let printed: [String]

    /// - Parameter files: what is written, in words, and where; nil is nowhere, or standard output without being named.
    public init(_ files: [(what: String, path: String?)]) {
        let named = files.compactMap { file in file.path.map { (what: file.what, path: $0) } }
        printed = named.filter { $0.path == "-" }.map(\.what)
        self.files = named.filter { $0.path != "-" }.map {
            File(what: $0.what, path: $0.path, identity: FileIdentity($0.path))
        }
    }

    /// Throws `UsageError` when an output is one of `inputs`, or two outputs are one. `-` among inputs, and no input at all,
    /// is standard input.
    public func check(against inputs: [String]) throws {
        let read = (inputs.isEmpty ? ["-"] : inputs).compactMap { path in
            path == "-" ? FileIdentity(descriptor: STDIN_FILENO) : FileIdentity(path)
        }
        for file in files {
            guard let identity = file.identity, read.contains(identity) else { continue }
            throw UsageError("\(file.path) is an input; write \(file.what) to another file")
        }
        try checkApart()
    }

    /// Throws `UsageError` when two outputs are one.
    public func checkApart() throws {
        for (place, file) in files.enumerated() {
            guard let identity = file.identity,
                let other = files[..<place].first(where: { $0.identity == identity })
            else { continue }
            throw PlannedOutputs.clash(other.what, file.what, at: file.path)
        }
        if printed.count > 1 { throw PlannedOutputs.clash(printed[0], printed[1], at: "standard output") }
    }

    private static func clash(_ one: String, _ other: String, at place: String) -> UsageError {
        UsageError("\(one) and \(other) both go to \(place); write one of them to another file")
    }
}
