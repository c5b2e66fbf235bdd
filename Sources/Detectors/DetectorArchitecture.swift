/// Which detector a bundle holds, and its shape: the part of `model.json` that says how to read the weights.
public indirect enum DetectorArchitecture: Codable, Hashable, Sendable {
    /// `ForestDetector`
    case isolationForest(ForestArchitecture)
    /// `AutoencoderDetector`
    case lstmAutoencoder(AutoencoderArchitecture)
    /// `PatchTSTDetector` or `ResidualForestDetector`
    case patchTST(PatchTSTArchitecture)
    /// `EnsembleDetector`
    case ensemble(EnsembleArchitecture)
    /// `WeighedDetector` about a detector that is neither an ensemble nor weighed itself.
    case weighed(DetectorArchitecture, WeightsArchitecture)

    private enum Key: String, CodingKey {
        case kind
        case weights
    }

    /// What the weights of a weighed detector look like; nil of others.
    public var weights: WeightsArchitecture? {
        if case .weighed(_, let weights) = self { weights } else { nil }
    }

    /// The detector's name, as it stands in `model.json`.
    public var kind: String {
        switch self {
        case .isolationForest: "isolation-forest"
        case .lstmAutoencoder: "lstm-autoencoder"
        case .patchTST: "patchtst"
        case .ensemble: "ensemble"
        case .weighed(let base, _): base.kind
        }
    }

    /// Reads the shape that `kind` names.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(String.self, forKey: .kind) {
        case "isolation-forest": self = .isolationForest(try ForestArchitecture(from: decoder))
        case "lstm-autoencoder": self = .lstmAutoencoder(try AutoencoderArchitecture(from: decoder))
        case "patchtst": self = .patchTST(try PatchTSTArchitecture(from: decoder))
        case "ensemble": self = .ensemble(try EnsembleArchitecture(from: decoder))
        case let kind:
            throw BundleError(
                "detector '\(kind)' is unknown; expected isolation-forest, lstm-autoencoder, patchtst or ensemble")
        }
        guard let weights = try container.decodeIfPresent(WeightsArchitecture.self, forKey: .weights) else { return }
        if case .ensemble = self { throw BundleError("an ensemble has sensor weights; expected them in its members") }
        self = .weighed(self, weights)
    }

    /// Writes `kind` beside the shape.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if case .weighed(let base, let weights) = self {
            try base.encode(to: encoder)
            try container.encode(weights, forKey: .weights)
            return
        }
        try container.encode(kind, forKey: .kind)
        switch self {
        case .weighed: break
        case .isolationForest(let architecture): try architecture.encode(to: encoder)
        case .lstmAutoencoder(let architecture): try architecture.encode(to: encoder)
        case .patchTST(let architecture): try architecture.encode(to: encoder)
        case .ensemble(let architecture): try architecture.encode(to: encoder)
        }
    }

    /// Makes the detector of this shape from its weights; an ensemble is made from its members instead
    /// (`EnsembleDetector`).
    ///
    /// - Parameters:
    ///   - columns: the columns of a row, in order.
    ///   - length: the rows of a window.
    /// - Throws: `BundleError` when shape and weights disagree.
    public func detector(tensors: [String: Tensor], columns: [String], length: Int) throws -> any Detector {
        switch self {
        case .isolationForest(let architecture):
            try ForestDetector(architecture: architecture, tensors: tensors, columns: columns, length: length)
        case .lstmAutoencoder(let architecture):
            try AutoencoderDetector(architecture: architecture, tensors: tensors, columns: columns, length: length)
        case .patchTST(let architecture):
            if let forest = architecture.residualForest {
                try ResidualForestDetector(
                    architecture: architecture, forest: forest, tensors: tensors, columns: columns, length: length)
            } else {
                try PatchTSTDetector(architecture: architecture, tensors: tensors, columns: columns, length: length)
            }
        case .ensemble: throw BundleError("an ensemble has members, not weights")
        case .weighed(let base, let weights):
            try WeighedDetector(
                base: base.detector(
                    tensors: tensors.filter { !SensorWeights.owns($0.key) }, columns: columns, length: length),
                weights, tensors: tensors.filter { SensorWeights.owns($0.key) })
        }
    }
}
