import CSIMD

/// The processors that this process may run on, as `nproc` counts them: `taskset` and containers leave it some of them.
public func usableProcessors() -> Int {
    max(1, simd_usable_processors())
}
