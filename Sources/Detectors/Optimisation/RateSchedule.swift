#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the learning rate changes.
public enum RateSchedule: Sendable, Hashable {
    /// It does not.
    case constant
    /// After more than `patience` epochs without a better validation loss it is multiplied by `factor`, as
    /// `torch.optim.lr_scheduler.ReduceLROnPlateau`.
    case plateau(patience: Int, factor: Double)
    /// It falls from step to step along half a cosine to `minimum`, as `CosineAnnealingLR`: within `steps` steps, and stays
    /// there; nil is all of training.
    case cosine(minimum: Double, steps: Int? = nil)

    /// The rate of step `step` of `total`, when `rate` is the one the plateau schedule has come to.
    func rate(_ rate: Double, step: Int, of total: Int) -> Double {
        guard case .cosine(let minimum, let steps) = self else { return rate }
        let total = steps ?? total
        guard step < total else { return minimum }
        return minimum + (rate - minimum) * (1 + cos(Double.pi * Double(step) / Double(total))) / 2
    }
}

/// Waits for a loss to fall, as `ReduceLROnPlateau` does: a loss is better when it is lower by a ten-thousandth.
struct PlateauWatch: Sendable, Equatable {
    var best = Double.infinity
    var badEpochs = 0

    /// Takes the loss of an epoch and returns whether the rate is to be reduced.
    mutating func reduces(after loss: Double, patience: Int) -> Bool {
        if loss < best * (1 - 1e-4) {
            best = loss
            badEpochs = 0
        } else {
            badEpochs += 1
        }
        guard badEpochs > patience else { return false }
        badEpochs = 0
        return true
    }
}
