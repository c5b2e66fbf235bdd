import CSIMD
import Kernels

/// See `ForestKernels.TakeValues`.
func takeValues(
    _ column: UnsafePointer<Float>, _ places: UnsafePointer<Int32>, _ count: Int,
    _ values: UnsafeMutablePointer<Float>, _ range: UnsafeMutablePointer<Float>
) {
    simd_take_values(column, places, count, values, range)
}

/// See `ForestKernels.PartPlaces`.
func partPlaces(
    _ places: UnsafeMutablePointer<Int32>, _ values: UnsafePointer<Float>, _ count: Int, _ threshold: Float,
    _ spare: UnsafeMutablePointer<Int32>
) -> Int {
    simd_part_places(places, values, count, threshold, spare)
}
