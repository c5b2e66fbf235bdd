/// What a user wants to become of a model once it is written, checked before any work is done for it.
public struct RegistrationRequest: Hashable, Sendable {
    /// The registered model.
    public let model: String
    /// The stage it enters at once; nil for none.
    public let stage: Stage?
    /// The condition on which it becomes Production; nil for never.
    public let promotion: PromotionCondition?

    /// Checks what the command line says.
    ///
    /// - Throws: `TrackingSetupError` when the name cannot be one, the stage is none, or the condition cannot be read.
    public init(model: String, stage: String?, promotion: String?) throws {
        guard !model.isEmpty, model.utf8.count <= 200, !model.contains(where: { "/:@\\ \n\t".contains($0) }) else {
            throw TrackingSetupError("'\(model)' cannot name a model; expected up to 200 bytes without / : @ or blanks")
        }
        self.model = model
        self.stage = try stage.map { text in
            guard let stage = Stage(named: text), stage.alias != nil else {
                throw TrackingSetupError("--stage: expected staging or production, found '\(text)'")
            }
            return stage
        }
        self.promotion = try promotion.map(PromotionCondition.init)
    }

    /// The event that asks for it.
    ///
    /// - Parameters:
    ///   - bundle: the model version.
    ///   - sha256: the SHA-256 of its `model.json`.
    public func registration(bundle: String, sha256: String) -> Registration {
        Registration(
            model: model, bundle: bundle, sha256: sha256, stage: stage?.rawValue, promotion: promotion?.description)
    }
}
