import CSIMD
import Kernels

#if KERNELS_V4
    let fieldKernels: FieldKernels? = FieldKernels(findEnds: findFieldEnds, readNumbers: readNumbers)

    /// See `FieldKernels.Ends`. Not inlined into the bare function that stands for it, where the vectors' functions would
    /// be calls.
    @inline(never)
    private func findFieldEnds(
        _ text: UnsafeRawPointer, _ length: Int, _ wanted: Int, _ ends: UnsafeMutablePointer<Int32>
    ) -> Int {
        var count = 0
        // What comes before the text ends no field.
        var precedingBlank: UInt64 = 1
        var at = 0
        while count < wanted, at &+ 64 <= length {
            let blanks = simd_blanks64(text + at)
            let found = blanks & ~(blanks &<< 1 | precedingBlank)
            precedingBlank = blanks &>> 63
            simd_put_places64(found, Int32(truncatingIfNeeded: at), ends + count)
            count &+= found.nonzeroBitCount
            at &+= 64
        }
        while count < wanted, at < length {
            let isBlank = text.load(fromByteOffset: at, as: UInt8.self) <= 0x20
            if isBlank, precedingBlank == 0 {
                ends[count] = Int32(truncatingIfNeeded: at)
                count &+= 1
            }
            precedingBlank = isBlank ? 1 : 0
            at &+= 1
        }
        return count
    }

    /// See `FieldKernels.Numbers`; not inlined either.
    @inline(never)
    private func readNumbers(
        _ text: UnsafeRawPointer, _ ends: UnsafePointer<Int32>, _ count: Int, _ shapes: UnsafePointer<UInt64>,
        _ values: UnsafeMutablePointer<Double>
    ) -> Bool {
        simd_read_numbers(text, ends, count, shapes, FieldShapes.columns, values)
    }
#else
    let fieldKernels: FieldKernels? = nil
#endif
