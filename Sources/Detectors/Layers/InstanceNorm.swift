import VectorMath

/// How a series is normalised before a network sees it.
public enum InstanceNormalisation: String, Sendable, Codable, CaseIterable {
    /// Not at all.
    case none
    /// By its own mean and standard deviation.
    case plain
    /// By both, then by a gain and a shift learned for each channel.
    case affine
}

/// Reversible instance normalisation (Kim et al. 2022, "Reversible instance normalization for accurate time-series
/// forecasting against distribution shift", ICLR), as PatchTST's authors use it:
///
///     n = (x − mean x) / √(var x + ε) · w + b;   forecast = (y − b) / (w + ε²) · √(var x + ε) + mean x
///
/// with mean and variance over a series, which count as constants on the way back. Series come in the order of their
/// channels: series s belongs to channel s mod `channels`.
public struct InstanceNorm<Scalar: NetworkScalar>: Sendable {
    private static var epsilon: Scalar { 1e-5 }

    /// The number of channels.
    public let channels: Int
    /// Whether w and b are learned; otherwise they are 1 and 0.
    public let isAffine: Bool

    private let gain: Int
    private let shift: Int
    private let packedGain: Int
    private let packedShift: Int
    private let gainGradient: Int
    private let shiftGradient: Int

    /// Reserves room for `NAME.affine_weight` and `NAME.affine_bias` where both are learned.
    public init(name: String, channels: Int, isAffine: Bool, layout: inout NetworkLayout) {
        self.channels = channels
        self.isAffine = isAffine
        gain = isAffine ? layout.parameters.append("\(name).affine_weight", shape: [channels]) : 0
        shift = isAffine ? layout.parameters.append("\(name).affine_bias", shape: [channels]) : 0
        packedGain = layout.reservePacked(channels)
        packedShift = layout.reservePacked(channels)
        gainGradient = layout.reserveGradient(channels)
        shiftGradient = layout.reserveGradient(channels)
    }

    /// Where w and b stand.
    public var parameterRange: Range<Int> { isAffine ? gain..<shift + channels : 0..<0 }

    /// Sets w to 1 and b to 0.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>) {
        for channel in 0..<(isAffine ? channels : 0) {
            parameters[gain + channel] = 1
            parameters[shift + channel] = 0
        }
    }

    /// Copies the parameters into the layout that the passes read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        for channel in 0..<channels {
            packed[packedGain + channel] = isAffine ? parameters[gain + channel] : 1
            packed[packedShift + channel] = isAffine ? parameters[shift + channel] : 0
        }
    }

    /// x = (x − mean x) / √(var x + ε) in place; w and b come with `affine`.
    ///
    /// Shapes: x (sequences, steps), means and deviations (sequences).
    public func normalise(
        sequences: Int, steps: Int, _ x: UnsafeMutablePointer<Scalar>, means: UnsafeMutablePointer<Scalar>,
        deviations: UnsafeMutablePointer<Scalar>
    ) {
        for sequence in 0..<sequences {
            let row = x + sequence * steps
            var mean = Scalar.zero
            for t in 0..<steps { mean += row[t] }
            mean /= Scalar(steps)
            var variance = Scalar.zero
            for t in 0..<steps { variance += (row[t] - mean) * (row[t] - mean) }
            let deviation = (variance / Scalar(steps) + InstanceNorm.epsilon).squareRoot()
            for t in 0..<steps { row[t] = (row[t] - mean) / deviation }
            means[sequence] = mean
            deviations[sequence] = deviation
        }
    }

    /// w and b of the channel of series `sequence`.
    public func affine(_ sequence: Int, packed: UnsafePointer<Scalar>) -> (gain: Scalar, shift: Scalar) {
        (packed[packedGain + sequence % channels], packed[packedShift + sequence % channels])
    }

    /// w + ε², or 1 where nothing is learned.
    private func divisor(_ sequence: Int, packed: UnsafePointer<Scalar>) -> Scalar {
        isAffine ? affine(sequence, packed: packed).gain + InstanceNorm.epsilon * InstanceNorm.epsilon : 1
    }

    /// Adds what the normalised series, before w and b, and the gradient after them give w and b of series `sequence`.
    public func addGradient(
        _ sequence: Int, gain gainTerm: Scalar, shift shiftTerm: Scalar, to gradient: UnsafeMutablePointer<Scalar>
    ) {
        gradient[gainGradient + sequence % channels] += gainTerm
        gradient[shiftGradient + sequence % channels] += shiftTerm
    }

    /// forecast = (y − b) / (w + ε²) · deviation + mean, in place; shapes (sequences, horizon), rows `stride` apart.
    public func reverse(
        sequences: Int, horizon: Int, stride: Int, _ y: UnsafeMutablePointer<Scalar>, packed: UnsafePointer<Scalar>,
        means: UnsafePointer<Scalar>, deviations: UnsafePointer<Scalar>
    ) {
        for sequence in 0..<sequences {
            let shift = affine(sequence, packed: packed).shift
            let divisor = divisor(sequence, packed: packed)
            let row = y + sequence * stride
            for t in 0..<horizon {
                row[t] = (row[t] - shift) / divisor * deviations[sequence] + means[sequence]
            }
        }
    }

    /// dy in place of the forecast's gradient; adds to the gradients of w and b.
    public func reverseBackward(
        sequences: Int, horizon: Int, stride: Int, _ gradientOfForecast: UnsafeMutablePointer<Scalar>,
        forecast: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>, means: UnsafePointer<Scalar>,
        deviations: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
    ) {
        for sequence in 0..<sequences {
            let divisor = divisor(sequence, packed: packed)
            let dy = gradientOfForecast + sequence * stride
            let row = forecast + sequence * stride
            var (gainTerm, shiftTerm) = (Scalar.zero, Scalar.zero)
            for t in 0..<horizon {
                gainTerm -= (row[t] - means[sequence]) / divisor * dy[t]
                dy[t] *= deviations[sequence] / divisor
                shiftTerm -= dy[t]
            }
            addGradient(sequence, gain: gainTerm, shift: shiftTerm, to: gradient)
        }
    }

    /// Adds a block's gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        guard isAffine else { return }
        addRows(gradient + gainGradient, stride: 0, to: flat + gain, rows: 1, columns: channels)
        addRows(gradient + shiftGradient, stride: 0, to: flat + shift, rows: 1, columns: channels)
    }
}
