/// Scales each column within the operating regime that the row was measured in: (x − offset) / span.
///
/// A fleet that flies six flight conditions has six healthy levels of every sensor, and wear is small beside the
/// distances between them. The regime of a row is the one whose centre is nearest to its settings, each setting measured
/// in units of its range in training.
public struct RegimeScaling: FeatureStage {
    /// What was learned in one regime.
    public struct Regime: Codable, Hashable, Sendable {
        /// The mean of each setting.
        public let centre: [Double]
        /// Rows farther than this from the centre, in ranges of the settings, are unlike all that were learned from.
        public let tolerance: Double
        /// How many rows were learned from.
        public let rows: Int
        /// What each column is measured from: its mean, or its least value.
        public let offsets: [Double]
        /// What each column is measured in: its sample standard deviation, or its range. A column that is constant in
        /// this regime only has the mean of the others here; one that is constant in all has 0 and becomes 0.
        public let spans: [Double]

        /// Takes what was learned.
        public init(centre: [Double], tolerance: Double, rows: Int, offsets: [Double], spans: [Double]) {
            self.centre = centre
            self.tolerance = tolerance
            self.rows = rows
            self.offsets = offsets
            self.spans = spans
        }
    }

    /// The columns that tell the regime.
    public let settings: [String]
    /// The range of each setting in training: the unit that distances are measured in.
    public let settingRanges: [Double]
    /// The columns scaled, and given.
    public let columns: [String]
    /// What offsets and spans are.
    public let scaling: FeatureRecipe.Scaling
    /// The regimes.
    public let regimes: [Regime]
    /// offset and 1 / span of each column, shape (regimes, 2, columns).
    private let factors: [Double]
    /// Shape (regimes, settings).
    private let centres: [Double]

    private enum CodingKeys: String, CodingKey {
        case settings
        case settingRanges = "setting_ranges"
        case columns, scaling, regimes
    }

    /// Scales `columns` by what `regimes` say.
    ///
    /// - Throws: `FeatureError.invalid` where lengths do not agree or numbers are impossible.
    public init(
        settings: [String], settingRanges: [Double], columns: [String], scaling: FeatureRecipe.Scaling,
        regimes: [Regime]
    ) throws {
        self.settings = settings
        self.settingRanges = settingRanges
        self.columns = columns
        self.scaling = scaling
        self.regimes = regimes
        factors = regimes.flatMap { $0.offsets + $0.spans.map { $0 > 0 ? 1 / $0 : 0 } }
        centres = regimes.flatMap(\.centre)
        try validate()
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            settings: container.decode([String].self, forKey: .settings),
            settingRanges: container.decode([Double].self, forKey: .settingRanges),
            columns: container.decode([String].self, forKey: .columns),
            scaling: container.decode(FeatureRecipe.Scaling.self, forKey: .scaling),
            regimes: container.decode([Regime].self, forKey: .regimes))
    }

    /// Settings, then columns.
    public var inputs: [String] { settings + columns }
    /// The columns.
    public var outputs: [String] { columns }

    /// The same without settings, for streams that lack them; nil where they are needed to tell regimes apart.
    func ignoringSettings() throws -> RegimeScaling? {
        guard regimes.count == 1, let only = regimes.first else { return nil }
        return try RegimeScaling(
            settings: [], settingRanges: [], columns: columns, scaling: scaling,
            regimes: [
                Regime(centre: [], tolerance: only.tolerance, rows: only.rows, offsets: only.offsets, spans: only.spans)
            ])
    }

    /// The regime nearest to `row`, and how far it is.
    @inline(__always)
    private func nearest(_ row: UnsafePointer<Double>) -> (index: Int, distance: Double) {
        OperatingRegimes.nearest(row, of: centres, count: regimes.count, ranges: settingRanges)
    }

    /// Maps rows; see `FeatureStage`.
    public func apply(
        _ rows: UnsafeBufferPointer<Double>, count: Int, memory: UnsafeMutableBufferPointer<Double>,
        into result: UnsafeMutableBufferPointer<Double>
    ) {
        let width = columns.count
        let stride = settings.count + width
        precondition(rows.count >= count * stride && result.count >= count * width)
        factors.withUnsafeBufferPointer { factors in
            guard var row = rows.baseAddress, var out = result.baseAddress, let factors = factors.baseAddress else {
                return
            }
            let isSingle = regimes.count == 1
            for _ in 0..<count {
                let offset = factors + (isSingle ? 0 : nearest(row).index) * 2 * width
                let values = row + settings.count
                for column in 0..<width { out[column] = (values[column] - offset[column]) * offset[width + column] }
                row += stride
                out += width
            }
        }
    }

    /// Rows outside every regime's tolerance; see `FeatureStage`.
    public func strangers(_ rows: UnsafeBufferPointer<Double>, count: Int, _ report: (Int) -> Void) {
        guard !settings.isEmpty, let start = rows.baseAddress else { return }
        for index in 0..<count {
            let (regime, distance) = nearest(start + index * (settings.count + columns.count))
            if !(distance <= regimes[regime].tolerance) { report(index) }
        }
    }

    /// Checks lengths and numbers; see `FeatureStage`.
    public func validate() throws {
        guard !regimes.isEmpty, settingRanges.count == settings.count else {
            throw FeatureError.invalid("\(regimes.count) operating regimes of \(settings.count) settings")
        }
        guard !(settings.isEmpty && regimes.count > 1) else {
            throw FeatureError.invalid("\(regimes.count) operating regimes without settings to tell them apart")
        }
        guard settingRanges.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw FeatureError.invalid("operating regimes: a setting's range is no number above 0")
        }
        for (index, regime) in regimes.enumerated() {
            guard regime.centre.count == settings.count, regime.offsets.count == columns.count,
                regime.spans.count == columns.count
            else {
                throw FeatureError.invalid(
                    "operating regime \(index + 1): expected \(settings.count) settings and \(columns.count) columns, "
                        + "found \(regime.centre.count), \(regime.offsets.count) and \(regime.spans.count)")
            }
            guard (regime.centre + regime.offsets).allSatisfy(\.isFinite), regime.tolerance >= 0,
                regime.spans.allSatisfy({ $0.isFinite && $0 >= 0 })
            else { throw FeatureError.invalid("operating regime \(index + 1): a number is impossible") }
        }
    }
}
