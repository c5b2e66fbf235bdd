import CSIMD

/// A set of processor instructions that kernels are compiled for.
public enum CPULevel: String, CaseIterable, Comparable, Sendable {
    /// What every machine of the architecture has: SSE2 on x86-64, NEON on arm64.
    case base
    /// x86-64-v3: AVX2 and fused multiply-add.
    case v3
    /// x86-64-v4: AVX-512.
    case v4

    /// The highest level of this machine.
    public static let best: CPULevel =
        switch simd_cpu_level() {
        case 4: .v4
        case 3: .v3
        default: .base
        }

    /// The level to compute with: `requested` (the value of `BORESCOPE_CPU`) or, where that is nil or empty, the best.
    ///
    /// - Throws: `CPULevelError` when `requested` is no level or the machine lacks it.
    public static func level(requested: String?, best: CPULevel = .best) throws -> CPULevel {
        guard let requested, !requested.isEmpty else { return best }
        guard let level = CPULevel(rawValue: requested) else { throw CPULevelError.unknown(requested) }
        guard level <= best else { throw CPULevelError.lacking(level, best: best) }
        return level
    }

    /// Levels are ordered: a machine of one level has all lower ones.
    public static func < (left: CPULevel, right: CPULevel) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        switch self {
        case .base: 0
        case .v3: 1
        case .v4: 2
        }
    }
}

/// A CPU level that cannot be used.
public enum CPULevelError: Error, Equatable, CustomStringConvertible {
    /// The text names no level.
    case unknown(String)
    /// The machine lacks the level.
    case lacking(CPULevel, best: CPULevel)

    /// What is wrong and what was expected.
    public var description: String {
        switch self {
        case .unknown(let text): "BORESCOPE_CPU: expected base, v3 or v4, found '\(text)'"
        case .lacking(let level, let best):
            "BORESCOPE_CPU: this machine lacks level '\(level.rawValue)'; its best is '\(best.rawValue)'"
        }
    }
}
