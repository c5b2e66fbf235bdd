import Foundation

/// Where the built programs, the cases and the example data are, and the environment a command sees.
struct Surroundings: Sendable {
    /// The repository.
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// The folder of the cases.
    static let cases = repository.appendingPathComponent("Tests/Cases")
    /// The folder of the programs, which were built beside this test's own executable.
    static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// Folders that commands reach through a variable, and that are named by it in what they print.
    let folders: [String: URL]
    /// The folder of the programs.
    let products: URL

    /// This repository's.
    static let borescope = Surroundings(
        folders: ["CASES": cases, "DATA": repository.appendingPathComponent("examples/data"), "ROOT": repository],
        products: products)

    /// The environment of a command that runs in `home`: the same everywhere, whatever the tester's own holds.
    func environment(home: URL) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var environment = [
            "PATH": "\(products.path):\(own["PATH"] ?? "/usr/bin:/bin")", "HOME": home.path, "TMPDIR": home.path,
            "LC_ALL": "C", "TZ": "UTC",
        ]
        for (name, folder) in folders { environment[name] = folder.path }
        environment["LD_LIBRARY_PATH"] = own["LD_LIBRARY_PATH"]
        // Programs that end by a signal leave torn profiles, and one torn profile spoils the merge of all.
        if own["LLVM_PROFILE_FILE"] != nil { environment["LLVM_PROFILE_FILE"] = "/dev/null" }
        return environment
    }

    /// The text of `data`, with each of `folders` as the variable that names it, so that it is the same everywhere.
    func withoutPaths(_ data: Data) -> String {
        folders.sorted { $0.value.path.count > $1.value.path.count }
            .reduce(String(decoding: data, as: UTF8.self)) { text, folder in
                text.replacingOccurrences(of: folder.value.path, with: "$\(folder.key)")
            }
    }
}
