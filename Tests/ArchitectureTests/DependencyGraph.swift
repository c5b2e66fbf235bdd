import Foundation

/// The targets of a `Package.swift` and what each depends on, read from its text.
struct DependencyGraph {
    /// Target → the targets of the same package it names.
    let edges: [String: [String]]

    /// Reads the calls `.target(name: "A", dependencies: ["B"])`, `.executableTarget`, `.testTarget`, `.systemLibrary`
    /// and the manifest's own `tool("A", "B")`: the first text is the target, the texts that name other targets are
    /// its dependencies.
    init(manifest: String) {
        var calls: [[String]] = []
        let starts = [".target(", ".executableTarget(", ".testTarget(", ".systemLibrary(", " tool("]
        for start in starts {
            for piece in manifest.components(separatedBy: start).dropFirst() {
                let texts = Self.texts(beforeClosing: piece)
                if !texts.isEmpty { calls.append(texts) }
            }
        }
        let names = Set(calls.map { $0[0] })
        edges = calls.reduce(into: [:]) { edges, call in
            edges[call[0], default: []] += call.dropFirst().filter(names.contains)
        }
    }

    /// The quoted texts up to the parenthesis that closes the call `text` begins inside.
    private static func texts(beforeClosing text: String) -> [String] {
        var depth = 1
        var texts: [String] = []
        var quoted: String?
        for character in text {
            switch (character, quoted) {
            case ("\"", let finished?):
                texts.append(finished)
                quoted = nil
            case ("\"", nil): quoted = ""
            case (_, let begun?): quoted = begun + String(character)
            case ("(", nil): depth += 1
            case (")", nil):
                depth -= 1
                if depth == 0 { return texts }
            default: break
            }
        }
        return texts
    }

    /// A chain of targets that leads back to its first, or nil.
    func cycle() -> [String]? {
        var finished: Set<String> = []
        for target in edges.keys.sorted() {
            if let found = cycle(from: target, path: [], finished: &finished) { return found }
        }
        return nil
    }

    private func cycle(from target: String, path: [String], finished: inout Set<String>) -> [String]? {
        if let start = path.firstIndex(of: target) { return path[start...] + [target] }
        if finished.contains(target) { return nil }
        for next in (edges[target] ?? []).sorted() {
            if let found = cycle(from: next, path: path + [target], finished: &finished) { return found }
        }
        finished.insert(target)
        return nil
    }
}
