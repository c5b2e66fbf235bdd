import Foundation

/// A Swift source file of one target.
struct SourceFile {
    /// The path below `Sources`.
    let path: String
    /// The folder directly below `Sources`, which is the target's name.
    let target: String
    /// The text, without line ends.
    let lines: [String]

    /// The module that a line imports: `import A`, `public import A`, `@preconcurrency import struct A.B`.
    static func importedModule(_ line: String) -> String? {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let modifiers: Set = ["public", "package", "internal", "private", "fileprivate"]
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
            words[..<position].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) })
        else { return nil }
        let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let rest = words[(position + 1)...].drop(while: kinds.contains)
        return rest.first?.split(whereSeparator: { $0 == "." || $0 == ";" }).first.map(String.init)
    }
}

/// The folder `Sources`: a target a folder.
struct SourceTree {
    /// Every Swift file, sorted by path.
    let files: [SourceFile]
    /// The names of all targets, as they are imported.
    let modules: Set<String>
    /// The targets that are programs.
    let executables: Set<String>

    /// Reads the folder `root`. A target with `@main` in a file is a program.
    init(root: URL) throws {
        let manager = FileManager.default
        var files: [SourceFile] = []
        var modules: Set<String> = []
        var executables: Set<String> = []
        for target in try manager.contentsOfDirectory(atPath: root.path).sorted() {
            modules.insert(target)
            let folder = root.appendingPathComponent(target)
            let names = (manager.subpaths(atPath: folder.path) ?? []).filter { $0.hasSuffix(".swift") }
            for name in names.sorted() {
                let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                let ended = text.hasSuffix("\n") ? text.dropLast() : text[...]
                let lines = ended.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                files.append(SourceFile(path: "\(target)/\(name)", target: target, lines: lines))
                if lines.contains(where: { $0.hasPrefix("@main") }) { executables.insert(target) }
            }
        }
        self.files = files
        self.modules = modules
        self.executables = executables
    }
}
