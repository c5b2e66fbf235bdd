import SensorData
import VectorMath

/// A few windows that a bundle carries, with the errors its detector had for them when it was written: what shows that a
/// bundle computes on this machine what it computed on the one that trained it.
public struct SelfTest: Sendable {
    /// The largest difference that another processor's arithmetic may make.
    public static let tolerance = 1e-5

    private static let windowsName = "self_test.windows"
    private static let errorsName = "self_test.errors"

    /// The windows, each with its own rows.
    public let windows: WindowBatch
    /// The error of each.
    public let errors: [Double]

    /// Keeps `windows` and their errors.
    init(_ windows: WindowBatch, errors: [Double]) {
        var copy = WindowBatch(columns: windows.columns, length: windows.length, keys: [])
        for index in 0..<windows.count {
            copy.starts.append(index * windows.length)
            copy.unitIDs.append(windows.unitIDs[index])
            windows.withWindow(index) { copy.rows.append(contentsOf: $0) }
        }
        self.windows = copy
        self.errors = errors
    }

    /// Takes the self-test out of the tensors of a bundle.
    init(takenFrom tensors: inout [String: Tensor], columns: [String], length: Int) throws {
        let rows = try tensors.tensor(SelfTest.windowsName, .float32, shape: [nil, length, columns.count])
        let count = rows.shape[0]
        errors = try tensors.tensor(SelfTest.errorsName, .float64, shape: [count]).doubles ?? []
        var windows = WindowBatch(columns: columns, length: length, keys: [])
        windows.rows = rows.floats ?? []
        for (name, isFinite) in [
            (SelfTest.windowsName, windows.rows.allSatisfy(\.isFinite)),
            (SelfTest.errorsName, errors.allSatisfy(\.isFinite)),
        ] where !isFinite {
            throw BundleError("tensor '\(name)' holds a number that is not finite")
        }
        windows.starts = (0..<count).map { $0 * length }
        windows.unitIDs = [Int64](repeating: 0, count: count)
        self.windows = windows
        tensors[SelfTest.windowsName] = nil
        tensors[SelfTest.errorsName] = nil
    }

    var tensors: [String: Tensor] {
        [
            SelfTest.windowsName: Tensor(windows.rows, shape: [windows.count, windows.length, windows.width]),
            SelfTest.errorsName: Tensor(errors),
        ]
    }

    /// Scores the windows again.
    ///
    /// - Returns: the largest difference from the recorded errors, relative where they exceed 1; infinity where an error
    ///   is no number now.
    public func deviation(of detector: any Detector, pool: WorkerPool) throws -> Double {
        let again = try detector.errors(of: windows, pool: pool)
        let differences = zip(again, errors).map { abs($0 - $1) / max(1, abs($1)) }
        // Of not-a-number and another number, `max` may return either.
        return differences.allSatisfy(\.isFinite) ? differences.max() ?? 0 : .infinity
    }
}
