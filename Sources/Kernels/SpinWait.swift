import CSIMD

/// Tells the processor that this thread waits in a loop, so that it leaves its resources to others for some dozen cycles.
public func pauseSpinning() {
    simd_pause()
}
