import SensorData
import VectorMath

/// The sizes of a PatchTST, as `model.json` says them; windows give the others.
public struct PatchTSTArchitecture: Codable, Hashable, Sendable {
    /// The last rows of a window, which are forecast from those before.
    public var horizon: Int
    /// The rows of a patch.
    public var patch: Int
    /// The rows from one patch to the next.
    public var patchStep: Int
    /// The size of a token.
    public var width: Int
    /// The number of heads of attention.
    public var heads: Int
    /// The number of blocks.
    public var layers: Int
    /// The hidden size of a block's feed-forward part.
    public var hidden: Int
    /// How a channel's rows are normalised.
    public var instanceNorm: InstanceNormalisation
    /// The forest that judges the residuals; nil where the mean squared error is the judgement.
    public var residualForest: ResidualForestArchitecture?

    enum CodingKeys: String, CodingKey {
        case horizon, patch, width, heads, layers, hidden
        case patchStep = "patch_step"
        case instanceNorm = "instance_norm"
        case residualForest = "residual_forest"
    }

    /// Takes all of it.
    public init(
        horizon: Int, patch: Int, patchStep: Int, width: Int, heads: Int, layers: Int, hidden: Int,
        instanceNorm: InstanceNormalisation
    ) {
        self.horizon = horizon
        self.patch = patch
        self.patchStep = patchStep
        self.width = width
        self.heads = heads
        self.layers = layers
        self.hidden = hidden
        self.instanceNorm = instanceNorm
    }

    /// The largest size of any kind.
    private static let largestSize = 1 << 14

    /// The network's sizes on windows of `length` rows of `columns` columns.
    ///
    /// - Throws: `BundleError` when there is no such network.
    public func shape(length: Int, columns: Int) throws -> PatchTST<Float>.Shape {
        let sizes = [horizon, patch, patchStep, width, heads, hidden, columns, length]
        guard sizes.allSatisfy({ (1...PatchTSTArchitecture.largestSize).contains($0) }), (1...64).contains(layers)
        else {
            throw BundleError(
                "a PatchTST of \(layers) layers of width \(width), \(heads) heads and \(hidden) hidden units on "
                    + "\(length) rows × \(columns) columns is impossible")
        }
        guard width % heads == 0 else {
            throw BundleError("\(heads) heads do not share a width of \(width); expected a divisor of it")
        }
        guard patch <= length - horizon else {
            throw BundleError(
                "a patch of \(patch) rows and a horizon of \(horizon) do not fit into windows of \(length) rows")
        }
        return PatchTST<Float>.Shape(
            steps: length - horizon, horizon: horizon, channels: columns, patch: patch, patchStep: patchStep,
            width: width, heads: heads, layers: layers, hidden: hidden, instanceNorm: instanceNorm)
    }
}

/// A PatchTST on windows.
///
/// The raw error is the mean squared error of the forecast of a window's last rows; a column contributes its share of it.
public struct PatchTSTDetector: NetworkDetector {
    /// The rows of a window.
    public let length: Int
    /// The columns of a row, in order.
    public let columns: [String]
    /// The network.
    public let network: PatchTST<Float>

    private let scorer: PatchTSTScorer<Float>

    /// Scores windows of `columns` with `network`.
    public init(_ network: PatchTST<Float>, columns: [String]) {
        precondition(network.windowWidth == columns.count, "a network of as many channels as columns")
        length = network.windowLength
        self.columns = columns
        self.network = network
        scorer = PatchTSTScorer(network)
    }

    /// Reads a network from the tensors of a bundle.
    init(architecture: PatchTSTArchitecture, tensors: [String: Tensor], columns: [String], length: Int) throws {
        let shape = try architecture.shape(length: length, columns: columns.count)
        // The largest tensors stand for all before memory is reserved for them.
        let layer = "encoder.layers.\(shape.layers - 1)"
        let patches = (shape.steps - shape.patch) / shape.patchStep + 1
        _ = try tensors.tensor("head.weight", .float32, shape: [shape.horizon, patches * shape.width])
        _ = try tensors.tensor("\(layer).linear1.weight", .float32, shape: [shape.hidden, shape.width])
        _ = try tensors.tensor("\(layer).self_attn.in_proj_weight", .float32, shape: [3 * shape.width, shape.width])
        let network = PatchTST<Float>(shape)
        try network.read(tensors, as: "a PatchTST of \(shape.layers) layer\(shape.layers == 1 ? "" : "s")")
        self.init(network, columns: columns)
    }

    /// What it is, as `model.json` says it.
    public var architecture: DetectorArchitecture {
        let shape = network.shape
        return .patchTST(
            PatchTSTArchitecture(
                horizon: shape.horizon, patch: shape.patch, patchStep: shape.patchStep, width: shape.width,
                heads: shape.heads, layers: shape.layers, hidden: shape.hidden, instanceNorm: shape.instanceNorm))
    }

    /// The mean over the last `count` rows of what each column was above its forecast, as windows of one row.
    func residuals(of windows: WindowBatch, last count: Int, pool: WorkerPool) -> WindowBatch {
        scorer.residuals(of: windows, last: count, pool: pool)
    }

    func columnErrors(of windows: WindowBatch, pool: WorkerPool) -> [Float] {
        scorer.errors(of: windows, pool: pool)
    }
}
