import Foundation
import Kernels
import Testing
import VectorMath

/// The levels this machine can run.
let usableLevels = CPULevel.allCases.filter { $0 <= .best }

/// A vectorised function and what it should be.
enum Function: String, CaseIterable, Sendable {
    case exp, sigmoid, tanh

    func kernel(_ level: CPULevel) -> KernelTable.Map {
        let table = kernelTable(of: level)
        return switch self {
        case .exp: table.exp
        case .sigmoid: table.sigmoid
        case .tanh: table.tanh
        }
    }

    func exact(_ x: Double) -> Double {
        switch self {
        case .exp: Foundation.exp(x)
        case .sigmoid: x >= 0 ? 1 / (1 + Foundation.exp(-x)) : Foundation.exp(x) / (1 + Foundation.exp(x))
        case .tanh: Foundation.tanh(x)
        }
    }

    func apply(_ x: [Float], _ level: CPULevel) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        kernel(level)(x, &y, x.count)
        return y
    }
}

@Suite struct ElementwiseTests {
    @Test(arguments: Function.allCases, usableLevels)
    func errorIsWithinTwoTenMillionths(function: Function, level: CPULevel) {
        // Every 4999th float of either sign, so that all exponents are met.
        var x: [Float] = []
        for bits in stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 4999) {
            x += [Float(bitPattern: bits), -Float(bitPattern: bits)]
        }
        let y = function.apply(x, level)
        var worst = 0.0, worstAt = Float(0)
        var notFinite: [Float] = []
        for (x, y) in zip(x, y) {
            let exact = function.exact(Double(x))
            if exact >= 3.4028236e38 {
                #expect(y == .infinity || exact < 3.4028236e38)
                continue
            }
            // Below the normal range floats lie 2⁻¹⁴⁹ apart, and sigmoid may be 0.
            if abs(exact) < 0x1p-126 {
                #expect(abs(Double(y) - exact) <= 0x1p-149 || (y == 0 && function == .sigmoid))
                continue
            }
            let error = abs(Double(y) - exact) / abs(exact)
            // A later error, however small, would take the place of one that is not-a-number.
            guard error.isFinite else {
                notFinite.append(x)
                continue
            }
            if error > worst { (worst, worstAt) = (error, x) }
        }
        #expect(worst <= 2e-7, "\(function.rawValue)(\(worstAt))")
        #expect(notFinite.isEmpty, "\(function.rawValue) of \(notFinite.prefix(3)), \(notFinite.count) in all")
    }

    @Test(arguments: Function.allCases, usableLevels)
    func monotone(function: Function, level: CPULevel) {
        // All floats of a few binades where a segment of the approximation ends, and a scan of the rest.
        let kernel = function.kernel(level)
        let block = 1 << 14
        var x = [Float](repeating: 0, count: block)
        var y = x
        var falls = 0
        func scan(_ first: UInt32, _ last: UInt32, by step: UInt32) {
            for sign in [Float(1), -1] {
                var previous = sign > 0 ? -Float.infinity : Float.infinity
                var bits = first
                while bits <= last {
                    let count = min(block, Int((last - bits) / step) + 1)
                    for i in 0..<count { x[i] = sign * Float(bitPattern: bits + UInt32(i) * step) }
                    kernel(x, &y, count)
                    for i in 0..<count {
                        if sign > 0 ? y[i] < previous : y[i] > previous { falls += 1 }
                        previous = y[i]
                    }
                    bits += UInt32(count) * step
                }
            }
        }
        scan(Float(0.0625).bitPattern, Float(0.5).bitPattern, by: 7)
        scan(Float(0.75).bitPattern, Float(1).bitPattern, by: 1)
        scan(Float(2).bitPattern, Float(128).bitPattern, by: 101)
        scan(0, Float.infinity.bitPattern, by: 10_007)
        #expect(falls == 0)
    }

    @Test(arguments: usableLevels)
    func endsAndNaN(level: CPULevel) {
        let x: [Float] = [.infinity, -.infinity, 0, -0.0, 200, -200]
        #expect(Function.exp.apply(x, level) == [.infinity, 0, 1, 1, .infinity, 0])
        #expect(Function.sigmoid.apply(x, level) == [1, 0, 0.5, 0.5, 1, 0])
        let tanh = Function.tanh.apply(x, level)
        #expect(tanh == [1, -1, 0, 0, 1, -1])
        #expect(tanh[3].sign == .minus)
        for function in Function.allCases {
            #expect(function.apply([1, .nan, 1], level)[1].isNaN)
        }
    }

    @Test func levelsAreChosenByName() throws {
        #expect(try CPULevel.level(requested: nil) == .best)
        #expect(try CPULevel.level(requested: "base") == .base)
        #expect(throws: CPULevelError.unknown("v5")) { try CPULevel.level(requested: "v5") }
        #expect(throws: CPULevelError.lacking(.v4, best: .v3)) { try CPULevel.level(requested: "v4", best: .v3) }
    }
}
