/// Which models an ensemble asks, and how it adds up what they say.
///
/// The error of a window is the sum, over the members, of the logarithm of the member's own raw error, standardised by
/// `mean` and `deviation`. The raw error rather than the anomaly score, because calibration bends large errors together.
public struct EnsembleArchitecture: Codable, Hashable, Sendable {
    /// One model of an ensemble.
    public struct Member: Codable, Hashable, Sendable {
        /// The model's version, and its folder below `members`.
        public let version: String
        /// The SHA-256 of its `model.json`, in hexadecimal.
        public let sha256: String
        /// The mean of the logarithm of its raw error, over the validation windows.
        public let mean: Double
        /// The standard deviation of the same, above 0.
        public let deviation: Double

        /// Standardises the errors that `bundle` makes of the validation windows.
        ///
        /// - Throws: `TrainingError` where they do not vary.
        public init(_ bundle: ModelBundle, errors: [Double]) throws {
            version = bundle.version
            sha256 = bundle.digest
            let logarithms = errors.map(logarithm(ofError:))
            let mean = logarithms.reduce(0, +) / Double(max(1, errors.count))
            let squares = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.mean = mean
            deviation = (squares / Double(max(1, errors.count))).squareRoot()
            guard deviation > 0, deviation.isFinite else {
                throw TrainingError("model \(bundle.version) gives the same error to all \(errors.count) windows")
            }
        }

        /// By how many deviations the logarithm of `error` exceeds the mean.
        public func standardised(_ error: Double) -> Double { (logarithm(ofError: error) - mean) / deviation }

        /// Says what is wrong with what was read.
        fileprivate func validate() throws {
            guard !version.isEmpty, !version.hasPrefix("."), !version.contains("/") else {
                throw BundleError("the member '\(version)' of the ensemble has a name that no model version has")
            }
            guard mean.isFinite, deviation > 0, deviation.isFinite else {
                throw BundleError(
                    "member \(version) has the mean \(mean) and deviation \(deviation); "
                        + "expected finite numbers, the second above 0")
            }
        }
    }

    /// The models, each once.
    public let members: [Member]

    /// Asks `members`.
    ///
    /// - Throws: `BundleError` when they are fewer than two, one is named twice, or a number is impossible.
    public init(members: [Member]) throws {
        self.members = members
        for member in members { try member.validate() }
        guard members.count >= 2, Set(members.map(\.version)).count == members.count else {
            throw BundleError(
                "an ensemble of \(members.map(\.version).joined(separator: ", ")); expected at least two different models"
            )
        }
    }

    /// Reads and checks what was written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(members: container.decode([Member].self, forKey: .members))
    }

    /// The ensemble's error of each window.
    ///
    /// - Parameter errors: each member's raw errors, one a window.
    public func combined(_ errors: [[Double]]) -> [Double] {
        precondition(errors.count == members.count, "errors of every member")
        return (0..<(errors.first?.count ?? 0)).map { window in
            zip(members, errors).reduce(0) { $0 + $1.0.standardised($1.1[window]) }
        }
    }
}
