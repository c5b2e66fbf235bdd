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

    /// Takes the three.
    public init(units: Int, bottleneck: Int, layers: Int) {
        self.units = units
        self.bottleneck = bottleneck
        self.layers = layers
    }
}

/// An LSTM autoencoder on windows.
///
/// The raw error is the mean squared error of the reconstruction; a column contributes its share of it.
public struct AutoencoderDetector: NetworkDetector {
    /// The rows of a window.
    public let length: Int
    /// The columns of a row, in order.
    public let columns: [String]
    /// The network.
    public let network: LSTMAutoencoder<Float>

    private let scorer: AutoencoderScorer<Float>

    /// Scores windows of `columns` with `network`.
    public init(_ network: LSTMAutoencoder<Float>, columns: [String]) {
        precondition(network.shape.features == columns.count, "a network of as many features as columns")
        length = network.shape.steps
        self.columns = columns
        self.network = network
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
        try network.read(
            tensors, as: "an autoencoder of \(architecture.layers) layer\(architecture.layers == 1 ? "" : "s")")
        self.init(network, columns: columns)
    }

    /// What it is, as `model.json` says it.
    public var architecture: DetectorArchitecture {
        .lstmAutoencoder(
            AutoencoderArchitecture(
                units: network.shape.units, bottleneck: network.shape.bottleneck, layers: network.shape.layers))
    }

    func columnErrors(of windows: WindowBatch, pool: WorkerPool) -> [Float] {
        scorer.errors(of: windows, pool: pool)
    }
}
