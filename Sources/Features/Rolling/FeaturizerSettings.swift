/// What `featurize` makes of a stream.
public struct FeaturizerSettings: Hashable, Sendable {
    /// Columns left out.
    public var drop: ColumnSelection
    /// Columns that get rolling statistics, those dropped excepted.
    public var keep: ColumnSelection
    /// Columns passed through, ahead of the others, without statistics.
    public var settings: ColumnSelection
    /// The numbers of rows to take statistics over.
    public var windows: [Int]
    /// The statistics of each window.
    public var statistics: [RollingStatistic]
    /// What becomes of rows with missing values.
    public var missing: MissingValuePolicy

    /// Describes features; by default every column is kept, with statistics over 5, 10 and 20 rows.
    public init(
        drop: ColumnSelection = .none, keep: ColumnSelection = .all, settings: ColumnSelection = .none,
        windows: [Int] = [5, 10, 20], statistics: [RollingStatistic] = [.mean, .std],
        missing: MissingValuePolicy = .error
    ) {
        self.drop = drop
        self.keep = keep
        self.settings = settings
        self.windows = windows
        self.statistics = statistics
        self.missing = missing
    }

    /// The columns of a stream that `drop` leaves out although it was made for another machine: it names columns that are
    /// not there.
    public func passedOver(of available: [String]) throws -> [String] {
        drop.matchesPartly(available) ? try drop.columns(of: available) : []
    }

    /// The longest window allowed.
    public static let longestWindow = 1_000_000

    /// Refuses windows that make no sense.
    ///
    /// - Throws: `FeatureError.invalid`.
    public func validate() throws {
        for window in windows where !(1...FeaturizerSettings.longestWindow).contains(window) {
            throw FeatureError.invalid(
                "windows: expected numbers from 1 to \(FeaturizerSettings.longestWindow), found \(window)")
        }
        guard Set(windows).count == windows.count, Set(statistics).count == statistics.count else {
            throw FeatureError.invalid("windows and statistics: expected each one once")
        }
    }
}

/// The columns that settings choose from a stream, and the columns that come out.
struct FeaturizerPlan: Hashable, Sendable {
    let settings: [String]
    let kept: [String]
    /// Settings, kept columns, then for each kept column its statistics, window by window: `X_mean_5`, `X_std_5`, …
    let outputs: [String]

    init(_ wish: FeaturizerSettings, for available: [String]) throws {
        let settings = try wish.settings.columns(of: available)
        _ = try wish.drop.columns(of: available)
        let kept = try wish.keep.columns(of: available).filter { !settings.contains($0) && !wish.drop.contains($0) }
        guard !kept.isEmpty else { throw FeatureError.noColumns(available: available) }
        self.init(settings: settings, kept: kept, of: wish)
        var seen: Set<String> = []
        for name in outputs where !seen.insert(name).inserted {
            throw FeatureError.invalid(
                "the rows already have a column '\(name)'; expected rows without rolling features")
        }
    }

    init(settings: [String], kept: [String], of wish: FeaturizerSettings) {
        var outputs = settings + kept
        for column in kept {
            for window in wish.windows {
                for statistic in wish.statistics { outputs.append("\(column)_\(statistic.rawValue)_\(window)") }
            }
        }
        self.settings = settings
        self.kept = kept
        self.outputs = outputs
    }
}
