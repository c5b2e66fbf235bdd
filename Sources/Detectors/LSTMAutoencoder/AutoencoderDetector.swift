import SensorData
import VectorMath

/// The sizes of an LSTM autoencoder, as `model.json` says them; windows give the others.
public struct AutoencoderArchitecture: Codable, Hashable, Sendable {
    /// The number of units of each LSTM layer.
    public var units: Int
    /// The size of the bottleneck.
    public var bottleneck: Int
    /// The number of LSTM layers on either side.
    public var layers: Int
    /// The last rows whose residuals are judged by their surprise; nil where all are, by the mean squared error.
    public var surpriseRows: Int?

    enum CodingKeys: String, CodingKey {
        case units, bottleneck, layers
        case surpriseRows = "surprise_rows"
    }

    /// Takes all of it.
    public init(units: Int, bottleneck: Int, layers: Int, surpriseRows: Int? = nil) {
        self.units = units
        self.bottleneck = bottleneck
        self.layers = layers
        self.surpriseRows = surpriseRows
    }
}

/// An LSTM autoencoder on windows.
///
/// The raw error is the mean squared error of the reconstruction, or how surprising the residuals of the last rows and the
/// bottleneck are (`Surprise`); a column contributes its share of it.
public struct AutoencoderDetector: NetworkDetector {
    /// The rows of a window.
    public let length: Int
    /// The columns of a row, in order.
    public let columns: [String]
    /// The network.
    public let network: LSTMAutoencoder<Float>
    /// Judges by surprise; nil judges by the mean squared error.
    public let surprise: Surprise?

    private let scorer: AutoencoderScorer<Float>

    /// Scores windows of `columns` with `network`.
    public init(_ network: LSTMAutoencoder<Float>, columns: [String], surprise: Surprise? = nil) {
        precondition(network.shape.features == columns.count, "a network of as many features as columns")
        length = network.shape.steps
        self.columns = columns
        self.network = network
        self.surprise = surprise
        scorer = AutoencoderScorer(network)
    }

    /// The largest size of any kind that a bundle may name.
    private static let largestSize = 1 << 14

    /// Reads a network from the tensors of a bundle.
    init(architecture: AutoencoderArchitecture, tensors: [String: Tensor], columns: [String], length: Int) throws {
        let sizes = [architecture.units, architecture.bottleneck, columns.count, length]
        guard sizes.allSatisfy({ (1...AutoencoderDetector.largestSize).contains($0) }),
            (1...64).contains(architecture.layers)
        else {
            throw BundleError(
                "an autoencoder of \(architecture.layers) layers of \(architecture.units) units with a bottleneck of "
                    + "\(architecture.bottleneck) on \(length) rows × \(columns.count) columns is impossible")
        }
        // The largest tensor stands for all before memory is reserved for them.
        _ = try tensors.tensor(
            "encoder.lstm.weight_hh_l\(architecture.layers - 1)", .float32,
            shape: [4 * architecture.units, architecture.units])
        let network = LSTMAutoencoder<Float>(
            .init(
                steps: length, features: columns.count, units: architecture.units, bottleneck: architecture.bottleneck,
                layers: architecture.layers))
        var surprise: Surprise?
        if let rows = architecture.surpriseRows {
            guard (1...length).contains(rows) else {
                throw BundleError("a surprise over \(rows) of \(length) rows is impossible")
            }
            surprise = try Surprise(tensors, width: columns.count + architecture.bottleneck, rows: rows)
        }
        try network.read(
            surprise == nil ? tensors : tensors.filter { !Surprise.names.contains($0.key) },
            as: "an autoencoder of \(architecture.layers) layer\(architecture.layers == 1 ? "" : "s")")
        self.init(network, columns: columns, surprise: surprise)
    }

    /// What it is, as `model.json` says it.
    public var architecture: DetectorArchitecture {
        .lstmAutoencoder(
            AutoencoderArchitecture(
                units: network.shape.units, bottleneck: network.shape.bottleneck, layers: network.shape.layers,
                surpriseRows: surprise?.rows))
    }

    /// The same network, scoring by how surprising the residuals of the last `rows` rows and the bottleneck are beside those
    /// of healthy `windows`.
    ///
    /// - Throws: `DataError` when the windows are not the detector's.
    public func surprised(over rows: Int, beside windows: WindowBatch, pool: WorkerPool) throws -> Self {
        try check(windows)
        let shape = network.shape
        let usual = Surprise(
            learnedFrom: scorer.evidence(of: windows, shape: shape, lastRows: rows, pool: pool),
            width: shape.features + shape.bottleneck, rows: rows)
        return AutoencoderDetector(network, columns: columns, surprise: usual)
    }

    /// The parameters by the names of PyTorch's `state_dict`, and what is usual where surprise is the error.
    public var tensors: [String: Tensor] { parameterTensors.merging(surprise?.tensors ?? [:]) { own, _ in own } }

    /// The error of each window, and each column's share of it.
    public func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double]) {
        guard let surprise else { return try judgeBySquares(windows, pool: pool) }
        try check(windows)
        let evidence = scorer.evidence(of: windows, shape: network.shape, lastRows: surprise.rows, pool: pool)
        return surprise.judge(evidence, columns: columns.count)
    }

    /// The columns of the last row; where surprise is the error, those of the residuals, and the code, which is no
    /// column's; then the logarithm of the raw error.
    public var evidenceColumns: [Int] {
        let residuals = surprise == nil ? [] : Array(columns.indices) + network.shape.codeColumns
        return Array(columns.indices) + residuals + [-1]
    }

    /// The last row, the surprise's evidence where there is such, and the logarithm of the raw error.
    public func evidence(of windows: WindowBatch, pool: WorkerPool) throws -> [Float] {
        try check(windows)
        var seen: [Float] = []
        let errors: [Double]
        if let surprise {
            seen = scorer.evidence(of: windows, shape: network.shape, lastRows: surprise.rows, pool: pool)
            errors = surprise.judge(seen, columns: columns.count).errors
        } else {
            errors = try self.errors(of: windows, pool: pool)
        }
        let width = windows.count > 0 ? seen.count / windows.count : 0
        var evidence: [Float] = []
        evidence.reserveCapacity(windows.count * evidenceColumns.count)
        for window in 0..<windows.count {
            evidence.append(contentsOf: windows.lastRow(window))
            evidence.append(contentsOf: seen[window * width..<(window + 1) * width])
            evidence.append(Float(logarithm(ofError: errors[window])))
        }
        return evidence
    }

    func columnErrors(of windows: WindowBatch, pool: WorkerPool) -> [Float] {
        scorer.errors(of: windows, pool: pool)
    }
}

extension LSTMAutoencoder.Shape {
    /// The bottleneck's numbers speak of no one column.
    fileprivate var codeColumns: [Int] { [Int](repeating: -1, count: bottleneck) }
}
