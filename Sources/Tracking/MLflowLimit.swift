/// The longest texts that MLflow keeps, in Unicode scalars, as Python counts characters; it cuts longer ones in silence.
enum MLflowLimit {
    /// Of a parameter.
    static let parameter = 6000
    /// Of a tag.
    static let tag = 5000
}

extension String {
    /// The text, or as much of its beginning as fits with an ellipsis.
    func shortened(to limit: Int) -> String {
        let scalars = unicodeScalars
        guard scalars.count > limit else { return self }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }
}
