import Kernels

/// e^x of each value, in place; relative error ≤ 2e-7, monotone, 0 and infinity at the ends, NaN stays NaN.
public func exp(_ values: UnsafeMutableBufferPointer<Float>) {
    map(values, kernels.exp)
}

/// 1 / (1 + e^−x) of each value, in place; the same guarantees as `exp`.
public func sigmoid(_ values: UnsafeMutableBufferPointer<Float>) {
    map(values, kernels.sigmoid)
}

/// Hyperbolic tangent of each value, in place; the same guarantees as `exp`.
public func tanh(_ values: UnsafeMutableBufferPointer<Float>) {
    map(values, kernels.tanh)
}

/// x Φ(x), the Gaussian error linear unit, of each value, in place; relative error ≤ 6e-7, 0 at minus infinity, NaN stays
/// NaN.
public func gelu(_ values: UnsafeMutableBufferPointer<Float>) {
    map(values, kernels.gelu)
}

private func map(_ values: UnsafeMutableBufferPointer<Float>, _ function: KernelTable.Map) {
    guard let base = values.baseAddress else { return }
    function(base, base, values.count)
}
