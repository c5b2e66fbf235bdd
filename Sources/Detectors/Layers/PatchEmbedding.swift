import VectorMath

/// Patches of a series as tokens (Nie et al. 2023, arXiv:2211.14730): token p = W · patch p + b + position p, where patch
/// p is `patch` steps from step p · `step` on, and the positions are learned.
///
/// Shapes: series (sequences, steps), patches (sequences, tokens, patch), tokens (sequences, tokens, width).
public struct PatchEmbedding<Scalar: NetworkScalar>: Sendable {
    /// The steps of a series.
    public let steps: Int
    /// The steps of a patch.
    public let patch: Int
    /// The steps from one patch to the next.
    public let step: Int
    /// The number of patches: those that lie within the series.
    public let tokens: Int

    let linear: Linear<Scalar>
    private let position: Int
    private let packedPosition: Int
    private let positionGradient: Int

    /// The distance between rows of patches.
    public var patchStride: Int { linear.paddedInputs }
    /// The distance between rows of tokens.
    public var stride: Int { linear.paddedOutputs }

    /// Reserves room for `patch_embedding` and `position_embedding` (tokens, width).
    public init(steps: Int, patch: Int, step: Int, width: Int, layout: inout NetworkLayout) {
        precondition(patch <= steps, "a patch of \(patch) steps does not fit into \(steps)")
        self.steps = steps
        self.patch = patch
        self.step = step
        tokens = (steps - patch) / step + 1
        linear = Linear(name: "patch_embedding", inputs: patch, outputs: width, layout: &layout)
        position = layout.parameters.append("position_embedding", shape: [tokens, width])
        packedPosition = layout.reservePacked(tokens * linear.paddedOutputs)
        positionGradient = layout.reserveGradient(tokens * linear.paddedOutputs)
    }

    /// Where W, b and the positions stand.
    public var parameterRange: Range<Int> {
        linear.parameterRange.lowerBound..<position + tokens * linear.outputs
    }

    /// Draws W and b as PyTorch does, and the positions from U(−0.02, 0.02).
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom) {
        linear.initialise(parameters, &random)
        for i in 0..<tokens * linear.outputs { parameters[position + i] = Scalar(0.04 * random.uniform() - 0.02) }
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        linear.pack(parameters, into: packed)
        for token in 0..<tokens {
            for i in 0..<stride {
                packed[packedPosition + token * stride + i] =
                    i < linear.outputs ? parameters[position + token * linear.outputs + i] : 0
            }
        }
    }

    /// Cuts series into patches, scaled and shifted by what `affine` gives for a series.
    public func cut(
        sequences: Int, _ series: UnsafePointer<Scalar>, into patches: UnsafeMutablePointer<Scalar>,
        affine: ((Int) -> (gain: Scalar, shift: Scalar))?
    ) {
        for sequence in 0..<sequences {
            let (gain, shift) = affine.map { $0(sequence) } ?? (1, 0)
            for token in 0..<tokens {
                let source = series + sequence * steps + token * step
                let target = patches + (sequence * tokens + token) * patchStride
                if affine == nil {
                    target.update(from: source, count: patch)
                } else {
                    for i in 0..<patch { target[i] = source[i] * gain + shift }
                }
            }
        }
    }

    /// tokens = W · patches + b + positions.
    public func forward(
        sequences: Int, _ patches: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>,
        into y: UnsafeMutablePointer<Scalar>
    ) {
        linear.forward(rows: sequences * tokens, patches, stride: patchStride, packed: packed, into: y)
        let add = Scalar.networkKernels.addProducts
        let block = tokens * stride
        for sequence in 0..<sequences { add(packed + packedPosition, nil, y + sequence * block, block) }
    }

    /// Adds to the gradients of W, b and the positions; assigns the gradient of the patches unless `dx` is nil.
    public func backward(
        sequences: Int, _ patches: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>,
        dx: UnsafeMutablePointer<Scalar>?, gradient: UnsafeMutablePointer<Scalar>
    ) {
        Scalar.transformerKernels.addRows(dy, sequences, tokens * stride, gradient + positionGradient)
        linear.backward(
            rows: sequences * tokens, patches, stride: patchStride, dy: dy, packed: packed, dx: dx, gradient: gradient)
    }

    /// Adds a padded gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        linear.collect(gradient, into: flat)
        addRows(
            gradient + positionGradient, stride: stride, to: flat + position, rows: tokens, columns: linear.outputs)
    }
}
