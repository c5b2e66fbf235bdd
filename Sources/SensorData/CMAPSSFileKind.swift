/// What a C-MAPSS file is.
public enum CMAPSSFileKind: String, Sendable, CaseIterable {
    /// `train_FD00x`: every unit runs to failure.
    case train
    /// `test_FD00x`: every unit stops some time before it.
    case test
    /// `RUL_FD00x`: how many cycles each unit of the test file had left.
    case rul

    /// The kind that a file's name tells, as NASA names its files; nil where it tells none.
    public init?(fileName path: String) {
        let name = (path.split(separator: "/").last ?? "").lowercased()
        guard let kind = CMAPSSFileKind.allCases.first(where: { name.hasPrefix($0.rawValue) }) else { return nil }
        // `train_FD001.txt` and `train.txt`, not `trains.txt`.
        let next = name.dropFirst(kind.rawValue.count).first
        guard next == nil || next == "_" || next == "." || next == "-" else { return nil }
        self = kind
    }
}
