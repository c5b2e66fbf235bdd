import SensorData
import VectorMath

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A trained model of healthy windows: it says how far a window is from them, and why.
///
/// A detector takes windows of `length` rows of `columns` (what the bundle's fitted features give) and answers with one
/// raw error each; `ScoreCalibration` makes the error an anomaly score. The answer for a window depends on nothing but
/// the window: windows scored one by one and in any batches give the same bits.
public protocol Detector: Sendable {
    /// What it is, as `model.json` says it.
    var architecture: DetectorArchitecture { get }
    /// The rows of a window.
    var length: Int { get }
    /// The columns of a row, in order.
    var columns: [String] { get }
    /// What it learned, as `weights.safetensors` holds it.
    var tensors: [String: Tensor] { get }

    /// The raw error of each window, higher is worse.
    ///
    /// - Throws: `DataError` when a value is not finite, or the windows have another shape.
    func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double]

    /// The share that each column has in the error of each window.
    ///
    /// - Returns: row-major, shape (windows, columns); the shares of a window add up to one.
    func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double]

    /// The column that each number of a window's evidence speaks of, or −1.
    var evidenceColumns: [Int] { get }

    /// The numbers by which sensor weights judge each window, its raw errors among them.
    ///
    /// - Returns: row-major, shape (windows, evidenceColumns.count).
    func evidence(of windows: WindowBatch, pool: WorkerPool) throws -> [Float]

    /// `errors` and `contributions` at once, for detectors that find both on one way.
    func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double])
}

extension Detector {
    /// One after the other.
    public func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double]) {
        (try errors(of: windows, pool: pool), try contributions(to: windows, pool: pool))
    }

    /// The columns of the last row, then the logarithm of the raw error.
    public var evidenceColumns: [Int] { Array(columns.indices) + [-1] }

    /// The last row, then the logarithm of the raw error.
    public func evidence(of windows: WindowBatch, pool: WorkerPool) throws -> [Float] {
        let errors = try errors(of: windows, pool: pool)
        var evidence: [Float] = []
        evidence.reserveCapacity(windows.count * (windows.width + 1))
        for window in 0..<windows.count {
            evidence.append(contentsOf: windows.lastRow(window))
            evidence.append(Float(logarithm(ofError: errors[window])))
        }
        return evidence
    }

    /// Checks that `windows` are what the detector takes: its columns and length, finite numbers.
    ///
    /// - Throws: `DataError`.
    public func check(_ windows: WindowBatch) throws {
        guard windows.columns == columns, windows.length == length else {
            throw DataError(
                "expected windows of \(length) rows with the columns \(columns.joined(separator: ", ")), "
                    + "found \(windows.length) rows with \(windows.columns.joined(separator: ", "))", at: windows.origin
            )
        }
        // An exponent of all ones marks both infinity and not-a-number.
        let damaged = windows.rows.reduce(0 as UInt32) { $0 | ($1.magnitude <= .greatestFiniteMagnitude ? 0 : 1) }
        guard damaged == 0 else {
            throw DataError("a window holds a value that is not finite", at: windows.origin)
        }
    }
}

extension WindowBatch {
    /// The values of window `index`'s last row.
    func lastRow(_ index: Int) -> ArraySlice<Float> {
        let end = (starts[index] + length) * width
        return rows[end - width..<end]
    }
}

/// The logarithm of a raw error; one below 1e-12 counts as that, so that an error of 0 has a logarithm.
func logarithm(ofError error: Double) -> Double { log(max(error, 1e-12)) }

/// How a raw error becomes an anomaly score in [0, 1].
public enum ScoreCalibration: Codable, Hashable, Sendable {
    /// The error is a score already.
    case identity
    /// r / (1 + r) with r = error / `reference`: one half at the reference, the 99th percentile of the errors of healthy
    /// validation windows.
    case relative(reference: Double)
    /// 1 / (1 + exp(reference − error)), for errors that are logarithms: one half at the reference.
    case logistic(reference: Double)

    /// The score of `error`.
    public func score(_ error: Double) -> Double {
        switch self {
        case .identity: return error
        case .relative(let reference):
            let ratio = error / reference
            return ratio.isFinite ? ratio / (1 + ratio) : 1
        case .logistic(let reference): return 1 / (1 + exp(reference - error))
        }
    }

    private enum Key: String, CodingKey {
        case kind
        case reference
    }

    /// Reads what `kind` names.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(String.self, forKey: .kind) {
        case "identity": self = .identity
        case "relative":
            let reference = try container.decode(Double.self, forKey: .reference)
            guard reference > 0, reference.isFinite else {
                throw BundleError("the calibration's reference is \(reference); expected a number above 0")
            }
            self = .relative(reference: reference)
        case "logistic":
            let reference = try container.decode(Double.self, forKey: .reference)
            guard reference.isFinite else {
                throw BundleError("the calibration's reference is \(reference); expected a finite number")
            }
            self = .logistic(reference: reference)
        case let kind: throw BundleError("calibration '\(kind)' is unknown; expected identity, relative or logistic")
        }
    }

    /// Writes `kind` and what belongs to it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .identity: try container.encode("identity", forKey: .kind)
        case .relative(let reference):
            try container.encode("relative", forKey: .kind)
            try container.encode(reference, forKey: .reference)
        case .logistic(let reference):
            try container.encode("logistic", forKey: .kind)
            try container.encode(reference, forKey: .reference)
        }
    }
}
