/// Groups of rows that were measured in the same operating regime, found from their settings.
///
/// - Found automatically, regimes are apart in the settings and their columns differ: the settings, in units of their
///   ranges, are laid on a grid; cells within `gap` of each other, directly or through others, are one cluster; clusters
///   of too few rows are left out; and those are joined whose columns' means all lie within `leastDifference` standard
///   deviations. The result depends neither on the order of the rows nor on a random number. Settings that vary
///   continuously, or that the machine does not feel, give one regime, and so do too few rows to tell.
/// - Asked for by number, they are what k-means finds, started from rows that are as far from each other as can be
///   (Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5).
struct OperatingRegimes {
    /// Clusters that come as close as this share of the settings' ranges are one.
    private static let gap = 0.05
    /// Cells of the grid along each setting.
    private static let resolution = 100.0
    /// Settings that occupy more cells than this vary continuously.
    private static let mostCells = 4000
    /// The share of the rows that a cluster needs,
    private static let leastShare = 0.01
    /// and how many these are at least: the deviations of fewer say too little of whether clusters differ.
    private static let leastRows = 30.0
    /// Clusters are told apart by a column whose means differ by so many standard deviations.
    private static let leastDifference = 3.0
    /// Rows up to this multiple of the farthest row's distance from the centre are no strangers,
    private static let tolerance = 2.0
    /// nor those within this share of the settings' ranges.
    private static let leastTolerance = 0.05

    /// The range of each setting, above 0.
    let ranges: [Double]
    /// The mean of each regime's settings.
    private(set) var centres: [[Double]]
    /// How far a row of each regime may lie from its centre.
    private(set) var tolerances: [Double]
    /// The regime of each row; nil of a row far from all.
    private(set) var regimeOfRow: [Int?]

    /// Finds regimes among `rows`.
    ///
    /// - Parameters:
    ///   - rows: row-major, shape (count, width): first `settingCount` settings, then columns.
    ///   - settingCount: the number of settings; without settings there is one regime.
    /// - Throws: `FeatureError.nothingToLearn` where there are fewer than were asked for.
    init(_ wish: FeatureRecipe.Regimes, in rows: [Double], count: Int, width: Int, settingCount: Int) throws {
        let settings = (0..<count).map { Array(rows[$0 * width..<$0 * width + settingCount]) }
        let ranges = OperatingRegimes.ranges(of: settings, settingCount)
        self.ranges = ranges
        centres = []
        tolerances = []
        regimeOfRow = []
        let groups: [Int]
        switch wish {
        case .none: groups = [Int](repeating: 0, count: count)
        case .automatic where settingCount == 0: groups = [Int](repeating: 0, count: count)
        case .automatic:
            let clusters = OperatingRegimes.clusters(settings, ranges)
            groups = OperatingRegimes.joiningAlike(clusters, rows, width: width, settingCount: settingCount)
        case .count(let wanted):
            groups = try OperatingRegimes.nearestMeans(wanted, settings, ranges)
        }
        centres = OperatingRegimes.means(of: settings, groups)
        let all = centres.flatMap { $0 }
        var farthest = [Double](repeating: 0, count: centres.count)
        for (row, group) in groups.enumerated() where group >= 0 {
            let distance = OperatingRegimes.nearest(settings[row], of: centres[group], count: 1, ranges: ranges)
                .distance
            farthest[group] = max(farthest[group], distance)
        }
        let tolerances = farthest.map { max($0 * OperatingRegimes.tolerance, OperatingRegimes.leastTolerance) }
        self.tolerances = tolerances
        regimeOfRow = settings.map { row in
            let found = OperatingRegimes.nearest(row, of: all, count: tolerances.count, ranges: ranges)
            return found.distance <= tolerances[found.index] ? found.index : nil
        }
    }

    /// The one of `count` centres, end to end in `centres`, that is nearest to `row`, the first of equals; and how far it is:
    /// √Σ ((setting − centre) / range)².
    @inline(__always)
    static func nearest(
        _ row: UnsafePointer<Double>, of centres: UnsafePointer<Double>, count: Int, ranges: [Double]
    ) -> (index: Int, distance: Double) {
        var best = (index: 0, square: Double.infinity)
        var centre = centres
        for index in 0..<count {
            var sum = 0.0
            for setting in 0..<ranges.count {
                let difference = (row[setting] - centre[setting]) / ranges[setting]
                sum += difference * difference
            }
            if sum < best.square { best = (index, sum) }
            centre += ranges.count
        }
        return (best.index, best.square.squareRoot())
    }

    /// The span of each setting; a setting that never changed is given a hundredth of its magnitude, so that another
    /// value is far from it.
    private static func ranges(of settings: [[Double]], _ count: Int) -> [Double] {
        (0..<count).map { index in
            var (low, high) = (Double.infinity, -Double.infinity)
            for row in settings {
                low = min(low, row[index])
                high = max(high, row[index])
            }
            let magnitude = max(abs(low), abs(high))
            return high - low > magnitude * 1e-9 ? high - low : magnitude > 0 ? magnitude / 100 : 1
        }
    }

    /// The mean settings of each group, in the order of the groups' numbers.
    private static func means(of settings: [[Double]], _ groups: [Int]) -> [[Double]] {
        let width = settings.first?.count ?? 0
        let groupCount = (groups.max() ?? 0) + 1
        var sums = [[Double]](repeating: [Double](repeating: 0, count: width), count: groupCount)
        var counts = [Double](repeating: 0, count: groupCount)
        for (row, group) in groups.enumerated() where group >= 0 {
            counts[group] += 1
            for index in 0..<width { sums[group][index] += settings[row][index] }
        }
        return (0..<groupCount).map { group in sums[group].map { $0 / max(counts[group], 1) } }
    }
}

extension OperatingRegimes {
    /// The cluster of each row, numbered along the first setting, then the second, …; -1 where a cluster is too small.
    private static func clusters(_ settings: [[Double]], _ ranges: [Double]) -> [Int] {
        let lows = ranges.indices.map { index in settings.reduce(Double.infinity) { min($0, $1[index]) } }
        let cellOfRow = settings.map { row in
            row.indices.map { Int(((row[$0] - lows[$0]) / ranges[$0] * resolution).rounded()) }
        }
        let cells = Set(cellOfRow).sorted { $0.lexicographicallyPrecedes($1) }
        guard cells.count <= mostCells else { return [Int](repeating: 0, count: settings.count) }
        let reach = Int(gap * resolution)
        let component = connected(cells.count) { one, other in
            zip(cells[one], cells[other]).allSatisfy { abs($0 - $1) <= reach }
        }
        let numberOfCell = Dictionary(uniqueKeysWithValues: zip(cells, component))
        let found = cellOfRow.map { numberOfCell[$0] ?? 0 }
        var sizes = [Int](repeating: 0, count: (component.max() ?? 0) + 1)
        for number in found { sizes[number] += 1 }
        let least = max(Double(settings.count) * leastShare, leastRows)
        guard sizes.contains(where: { Double($0) >= least }) else { return [Int](repeating: 0, count: settings.count) }
        var next = 0
        let numbers = sizes.map { size in
            guard Double(size) >= least else { return -1 }
            next += 1
            return next - 1
        }
        return found.map { numbers[$0] }
    }

    /// Joins clusters in which every column has nearly the same mean.
    private static func joiningAlike(_ clusters: [Int], _ rows: [Double], width: Int, settingCount: Int) -> [Int] {
        let count = (clusters.max() ?? 0) + 1
        guard count > 1 else { return clusters }
        var moments = [ColumnMoments](repeating: ColumnMoments(columns: width - settingCount), count: count)
        for (row, cluster) in clusters.enumerated() where cluster >= 0 {
            moments[cluster].add(rows[row * width + settingCount..<(row + 1) * width])
        }
        let joined = connected(count) { one, other in
            (0..<width - settingCount).allSatisfy { column in
                let difference = moments[one].means[column] - moments[other].means[column]
                let variance = ColumnMoments.pooledVariance(moments[one], moments[other], column)
                return abs(difference) <= leastDifference * variance.squareRoot()
            }
        }
        return clusters.map { $0 < 0 ? $0 : joined[$0] }
    }

    /// The number of the component of each of `count` things, in the order of their first members.
    private static func connected(_ count: Int, _ touch: (Int, Int) -> Bool) -> [Int] {
        var component = [Int](repeating: -1, count: count)
        var next = 0
        for start in 0..<count where component[start] < 0 {
            component[start] = next
            var open = [start]
            while let one = open.popLast() {
                for other in 0..<count where component[other] < 0 && touch(one, other) {
                    component[other] = next
                    open.append(other)
                }
            }
            next += 1
        }
        return component
    }

    /// The group of each row by k-means.
    private static func nearestMeans(_ wanted: Int, _ settings: [[Double]], _ ranges: [Double]) throws -> [Int] {
        guard let first = settings.first else { return [] }
        var centres = [first]
        var distances = [Double](repeating: .infinity, count: settings.count)
        while true {
            let centre = centres[centres.count - 1]
            var farthest = 0
            for (row, setting) in settings.enumerated() {
                distances[row] = min(distances[row], nearest(setting, of: centre, count: 1, ranges: ranges).distance)
                if distances[row] > distances[farthest] { farthest = row }
            }
            if centres.count == wanted { break }
            guard distances[farthest] > 0 else {
                throw FeatureError.nothingToLearn(
                    "the settings take \(centres.count) different values among the rows to learn from; "
                        + "expected at least \(wanted), one for each regime")
            }
            centres.append(settings[farthest])
        }
        var groups: [Int] = []
        for _ in 0..<100 {
            let all = centres.flatMap { $0 }
            let next = settings.map { nearest($0, of: all, count: wanted, ranges: ranges).index }
            if next == groups { break }
            groups = next
            for (index, mean) in means(of: settings, groups).enumerated() where groups.contains(index) {
                centres[index] = mean
            }
        }
        // Groups that lost all their rows leave no gap in the numbers.
        let kept = Set(groups).sorted()
        return groups.map { kept.firstIndex(of: $0) ?? 0 }
    }
}
