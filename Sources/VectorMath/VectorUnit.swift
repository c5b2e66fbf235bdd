#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Kernels
import KernelsBase

#if RUNTIME_DISPATCH
    import KernelsV3
    import KernelsV4
#endif

/// The kernels this process computes with, chosen once: those of `BORESCOPE_CPU` or of the machine's best level.
///
/// An unusable `BORESCOPE_CPU` is reported by `CommandKit` when a program starts; here it counts as unset.
public let kernels: KernelTable = {
    let requested = getenv("BORESCOPE_CPU").map { String(cString: $0) }
    return kernelTable(of: (try? CPULevel.level(requested: requested)) ?? .best)
}()

/// The kernels of `level`, which the machine must have; those of the base level where no others were built.
public func kernelTable(of level: CPULevel) -> KernelTable {
    precondition(level <= .best, "this machine lacks CPU level \(level.rawValue)")
    #if RUNTIME_DISPATCH
        switch level {
        case .base: return KernelsBase.kernelTable()
        case .v3: return KernelsV3.kernelTable()
        case .v4: return KernelsV4.kernelTable()
        }
    #else
        return KernelsBase.kernelTable()
    #endif
}
