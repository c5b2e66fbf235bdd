import Foundation

/// Which room of the house may import which, and what no source file may contain.
struct LayerRules {
    /// The table of rooms, lowest first: each may import what its row names, and what those may import.
    static let borescope = LayerRules(
        rows: [
            ("DurableFiles", ["CRename"]),
            ("Kernels", ["CSIMD"]),
            ("KernelsBase", ["Kernels"]),
            ("KernelsV3", ["Kernels"]),
            ("KernelsV4", ["Kernels"]),
            ("VectorMath", ["KernelsBase", "KernelsV3", "KernelsV4"]),
            ("SensorData", ["VectorMath"]),
            ("RecordStreams", ["SensorData", "DurableFiles", "CZlib"]),
            ("Features", ["SensorData", "VectorMath", "DurableFiles"]),
            ("Detectors", ["Features", "VectorMath", "DurableFiles"]),
            ("Evaluation", ["SensorData", "DurableFiles"]),
            ("Experiments", ["DurableFiles"]),
            ("Tracking", ["Experiments"]),
            ("Events", ["DurableFiles"]),
            ("Serving", ["Detectors", "Events", "Tracking"]),
            ("CommandKit", ["RecordStreams", "Experiments", "Kernels", "CYAML"]),
            ("Training", ["Detectors", "Evaluation", "Experiments", "CommandKit"]),
        ])

    /// The longest a file may be; a longer one has two subjects.
    static let longestFile = 500

    private let allowed: [String: Set<String>]

    /// - Parameter rows: each room and what it may import, every room after those it names.
    init(rows: [(room: String, imports: [String])]) {
        var allowed: [String: Set<String>] = [:]
        for row in rows {
            allowed[row.room] = row.imports.reduce(into: Set(row.imports)) { $0.formUnion(allowed[$1] ?? []) }
        }
        self.allowed = allowed
    }

    /// What `tree` does against the rules, as `path:line: message`, sorted by path.
    func violations(in tree: SourceTree) -> [String] {
        tree.files.flatMap { file in
            imports(of: file, in: tree) + forbiddenWords(in: file) + excessLength(of: file)
        }
    }

    private func imports(of file: SourceFile, in tree: SourceTree) -> [String] {
        file.lines.enumerated().compactMap { index, line in
            guard let module = SourceFile.importedModule(line), tree.modules.contains(module) else { return nil }
            let place = "\(file.path):\(index + 1)"
            if tree.executables.contains(module) {
                return "\(place): imports the program \(module); nothing stands above a program"
            }
            if tree.executables.contains(file.target) || module == file.target { return nil }
            guard let allowed = allowed[file.target] else {
                return "\(place): the room \(file.target) is not in the table of layers"
            }
            return allowed.contains(module) ? nil : "\(place): \(file.target) may not import \(module)"
        }
    }

    private func forbiddenWords(in file: SourceFile) -> [String] {
        file.lines.enumerated().flatMap { index, line in
            let code = line.components(separatedBy: "//")[0]
            let words = [(code, "try!"), (code, "as!"), (line, "TODO"), (line, "FIXME")]
            return words.filter { $0.0.contains($0.1) }.map { "\(file.path):\(index + 1): contains \($0.1)" }
        }
    }

    private func excessLength(of file: SourceFile) -> [String] {
        let count = file.lines.count
        return count > Self.longestFile
            ? ["\(file.path):\(count): \(count) lines; expected at most \(Self.longestFile)"] : []
    }
}
