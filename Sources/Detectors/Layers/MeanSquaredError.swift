import VectorMath

/// L = Σ (y − x)² / count, as `torch.nn.MSELoss`, over blocks of the batch.
public struct MeanSquaredError<Scalar: NetworkScalar>: Sendable {
    /// The number of elements the mean is taken over: those of the whole batch.
    public let count: Int

    /// The mean over `count` elements.
    public init(count: Int) {
        self.count = count
    }

    /// Squared errors of each row and column, summed over the steps: errors = Σₜ (y − x)².
    ///
    /// Shapes: y and x (steps, rows, width), errors (rows, width).
    public func forward(
        steps: Int, rows: Int, width: Int, _ y: UnsafePointer<Scalar>, target x: UnsafePointer<Scalar>,
        errors: UnsafeMutablePointer<Scalar>
    ) {
        let block = rows * width
        errors.update(repeating: 0, count: block)
        for t in 0..<steps {
            let y = y + t * block
            let x = x + t * block
            for i in 0..<block {
                let difference = y[i] - x[i]
                errors[i] += difference * difference
            }
        }
    }

    /// dL/dy = 2 (y − x) / count, in place of y; shapes (elements).
    public func backward(_ y: UnsafeMutablePointer<Scalar>, target x: UnsafePointer<Scalar>, elements: Int) {
        let scale = 2 / Scalar(count)
        for i in 0..<elements { y[i] = (y[i] - x[i]) * scale }
    }
}
