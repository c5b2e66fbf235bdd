import Features
import SensorData
import VectorMath

/// Several models as one: takes windows of rows as they come, with every column that any member takes.
///
/// Each member maps a window by its own features and judges it by its own detector. A stream of rows is better given to a
/// `WindowScorer`, in which each member remembers the unit's past; a window alone has none.
public struct EnsembleDetector: Detector {
    /// How the members' errors are added up.
    public let ensemble: EnsembleArchitecture
    /// The models, in the order of `ensemble`.
    public let members: [ModelBundle]
    /// The rows of a window.
    public let length: Int
    /// What the members take from a row: the columns of the first, then those that the others take besides.
    public let columns: [String]

    /// Puts the models together.
    ///
    /// - Throws: `BundleError` when they are not those that `ensemble` names, when one is an ensemble itself, or their windows
    ///   differ in length.
    public init(_ ensemble: EnsembleArchitecture, members: [ModelBundle]) throws {
        for (named, member) in zip(ensemble.members, members) where member.digest != named.sha256 {
            throw BundleError(
                "member \(named.version) is another model: the SHA-256 of its \(ModelBundle.descriptionFile) is "
                    + "\(member.digest.prefix(12))...; expected \(named.sha256.prefix(12))...")
        }
        self.ensemble = ensemble
        self.members = members
        (length, columns) = try EnsembleDetector.intake(of: members)
    }

    /// The window and the columns that `members` have in common.
    ///
    /// - Throws: `BundleError`, as `init`.
    public static func intake(of members: [ModelBundle]) throws -> (length: Int, columns: [String]) {
        let length = members.first?.description.window.length ?? 0
        for member in members {
            guard member.members.isEmpty else {
                throw BundleError("member \(member.version) is an ensemble itself; expected a model that judges alone")
            }
            let found = member.description.window.length
            guard found == length else {
                throw BundleError(
                    "member \(member.version) takes windows of \(found) rows; expected \(length), as the first member")
            }
        }
        return (length, union(members.map(\.description.features.inputs)))
    }

    /// Every name once, in order of first appearance.
    static func union(_ lists: [[String]]) -> [String] {
        var seen: Set<String> = []
        return lists.joined().filter { seen.insert($0).inserted }
    }

    /// Names the members.
    public var architecture: DetectorArchitecture { .ensemble(ensemble) }

    /// None: the members have their own.
    public var tensors: [String: Tensor] { [:] }

    /// The members' standardised errors, added up.
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        return ensemble.combined(
            try members.map { member in
                try member.detector.errors(of: member.description.features.apply(windows), pool: pool)
            })
    }

    /// The mean of the members' shares; that of a sensor stands at the first of its columns.
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        let own = ColumnFold(columns: columns, inputs: columns)
        let places = own.firstColumns
        var result = [Double](repeating: 0, count: windows.count * columns.count)
        for member in members {
            let mapped = try member.description.features.apply(windows)
            let fold = ColumnFold(
                columns: mapped.columns, inputs: member.description.features.inputs, after: own.sensors)
            let shares = try member.detector.contributions(to: mapped, pool: pool)
            for window in 0..<windows.count {
                var sums = [Double](repeating: 0, count: fold.sensors.count)
                fold.add(shares[window * mapped.width..<(window + 1) * mapped.width], to: &sums)
                for (sensor, place) in places.enumerated() {
                    result[window * columns.count + place] += sums[sensor] / Double(members.count)
                }
            }
        }
        return result
    }
}
