import Kernels
import VectorMath

extension IsolationForest {
    /// Grows a forest from `points`.
    ///
    /// Each tree splits a feature drawn evenly from those that are not constant in the node, at a threshold drawn evenly
    /// between the node's minimum and maximum, down to ⌈log₂ samples⌉ levels. The result depends on the points, their
    /// order and the configuration, not on the pool's threads.
    ///
    /// - Throws: `TrainingError` when there are fewer than two points, or no feature varies.
    public init(fitting points: PointSet, configuration: Configuration, pool: WorkerPool) throws {
        guard points.count >= 2 else {
            throw TrainingError("an isolation forest needs at least 2 windows; found \(points.count)")
        }
        guard points.count <= Int(Int32.max) else {
            throw TrainingError("an isolation forest takes at most \(Int32.max) windows; found \(points.count)")
        }
        guard configuration.trees >= 1 else {
            throw TrainingError("an isolation forest needs at least 1 tree; found \(configuration.trees)")
        }
        let samples = min(max(configuration.samples ?? points.count, 2), points.count)
        let trees = FeatureColumns.with(points, reads: configuration.trees * samples) { columns in
            var trees = [TreeArrays](repeating: TreeArrays(), count: configuration.trees)
            var growers = [TreeGrower](
                repeating: TreeGrower(columns: columns, samples: samples), count: pool.threads)
            trees.withUnsafeMutableBufferPointer { trees in
                growers.withUnsafeMutableBufferPointer { growers in
                    nonisolated(unsafe) let (trees, growers) = (trees, growers)
                    pool.run(tasks: configuration.trees) { tree, worker in
                        var random = CounterRandom(seed: configuration.seed, stream: UInt64(tree))
                        trees[tree] = growers[worker].grow(&random)
                    }
                }
            }
            return trees
        }
        guard trees.contains(where: { $0.features.count > 1 }) else {
            throw TrainingError(
                "every feature is constant over the \(points.count) windows; there is nothing to isolate")
        }
        var all = TreeArrays()
        let total = trees.reduce(0) { $0 + $1.features.count }
        all.features.reserveCapacity(total)
        all.thresholds.reserveCapacity(total)
        all.sizes.reserveCapacity(total)
        for tree in trees {
            all.features += tree.features
            all.thresholds += tree.thresholds
            all.sizes += tree.sizes
        }
        try self.init(
            linking: all, nodeCounts: trees.map(\.features.count), dimension: points.dimension, sampleCount: samples)
    }
}

/// The points as trees read them, a feature at a time: where the trees read much of them, the values of a feature side by
/// side, so that those of a whole sample stay in the cache.
private struct FeatureColumns {
    /// The values of the first feature, where that of each point stands at its place.
    let first: UnsafePointer<Float>
    /// From there to the values of the next feature.
    let stride: Int
    /// The numbers in a point.
    let dimension: Int
    /// Where in a feature's values that of each point stands.
    let places: [Int32]

    /// Calls `body` with `points`.
    ///
    /// - Parameter reads: how many points the trees read at each of their levels.
    static func with<Result>(_ points: PointSet, reads: Int, _ body: (FeatureColumns) -> Result) -> Result {
        let (count, dimension) = (points.count, points.dimension)
        // A tree has about ten levels; one copy should be a small part of the work.
        let copies = reads >= dimension * count || points.values.count > Int(Int32.max)
        // Large pages, since a node's points lie all over a column.
        let copy = AlignedBuffer<Float>(copies ? dimension * count : 0, in: copies ? Arena() : nil)
        return points.values.withUnsafeBufferPointer { rows in
            guard copies else {
                return body(
                    FeatureColumns(
                        first: rows.baseAddress ?? UnsafePointer(copy.pointer), stride: 1, dimension: dimension,
                        places: points.offsets.map(Int32.init)))
            }
            for (point, offset) in points.offsets.enumerated() {
                for feature in 0..<dimension { copy.pointer[feature * count + point] = rows[offset + feature] }
            }
            return withExtendedLifetime(copy) {
                body(
                    FeatureColumns(
                        first: UnsafePointer(copy.pointer), stride: count, dimension: dimension,
                        places: Array(0..<Int32(count))))
            }
        }
    }
}

/// Grows trees, one after the other; a tree's sample is partitioned in place, so the points of a node are neighbours.
private struct TreeGrower {
    /// The points `begin ..< end` of the sample, to become a node at `depth`.
    private struct Segment {
        var begin: Int32
        var end: Int32
        var depth: Int32
    }

    /// How often a feature is drawn blindly before the varying ones are listed.
    private static let blindDraws = 6

    private let points: FeatureColumns
    private let takeValues = kernels.forest.takeValues
    private let partPlaces = kernels.forest.partPlaces
    private let depthLimit: Int32
    /// Where each sampled point stands in a column.
    private var places: [Int32] = []
    /// The values of the node's points in the feature at hand.
    private var values: [Float]
    /// Places on their way to the second child.
    private var spare: [Int32]
    /// The nodes of the tree.
    private var segments: [Segment] = []

    init(columns: FeatureColumns, samples: Int) {
        points = columns
        depthLimit = Int32(IsolationForest.depthLimit(samples: samples))
        values = [Float](repeating: 0, count: samples)
        spare = [Int32](repeating: 0, count: samples + ForestKernels.group)
    }

    mutating func grow(_ random: inout CounterRandom) -> TreeArrays {
        drawSample(&random)
        var tree = TreeArrays()
        segments.removeAll(keepingCapacity: true)
        segments.append(Segment(begin: 0, end: Int32(values.count), depth: 0))
        tree.features.reserveCapacity(2 * values.count)
        tree.thresholds.reserveCapacity(2 * values.count)
        tree.sizes.reserveCapacity(2 * values.count)
        var index = 0
        while index < segments.count {
            let segment = segments[index]
            index += 1
            tree.sizes.append(segment.end - segment.begin)
            guard segment.end - segment.begin > 1, segment.depth < depthLimit,
                let (feature, range) = drawFeature(segment, &random)
            else {
                tree.features.append(-1)
                tree.thresholds.append(0)
                continue
            }
            let threshold = TreeGrower.drawThreshold(in: range, &random)
            let middle = partition(segment, at: threshold)
            tree.features.append(Int32(feature))
            tree.thresholds.append(threshold)
            segments.append(Segment(begin: segment.begin, end: middle, depth: segment.depth + 1))
            segments.append(Segment(begin: middle, end: segment.end, depth: segment.depth + 1))
        }
        return tree
    }

    /// Draws the sample without replacement (Floyd's algorithm: Bentley, Floyd 1987, doi:10.1145/30401.315746).
    private mutating func drawSample(_ random: inout CounterRandom) {
        let samples = values.count
        let count = points.places.count
        guard samples < count else {
            places = points.places
            return
        }
        places.removeAll(keepingCapacity: true)
        var isDrawn = [UInt64](repeating: 0, count: (count + 63) / 64)
        for limit in count - samples..<count {
            var index = random.index(below: limit + 1)
            if isDrawn[index >> 6] & (1 << UInt64(index & 63)) != 0 { index = limit }
            isDrawn[index >> 6] |= 1 << UInt64(index & 63)
            places.append(points.places[index])
        }
    }

    /// Draws a feature that varies among the segment's points, and leaves their values in `values`; nil when none varies.
    private mutating func drawFeature(
        _ segment: Segment, _ random: inout CounterRandom
    ) -> (feature: Int, range: ClosedRange<Float>)? {
        for _ in 0..<TreeGrower.blindDraws {
            let feature = random.index(below: points.dimension)
            let range = gather(feature, segment)
            if range.lowerBound < range.upperBound { return (feature, range) }
        }
        let varying = (0..<points.dimension).filter { feature in
            let range = gather(feature, segment)
            return range.lowerBound < range.upperBound
        }
        guard !varying.isEmpty else { return nil }
        let feature = varying[random.index(below: varying.count)]
        return (feature, gather(feature, segment))
    }

    /// Copies the segment's values of `feature` to `values` and says between which they lie.
    private mutating func gather(_ feature: Int, _ segment: Segment) -> ClosedRange<Float> {
        let (begin, count) = (Int(segment.begin), Int(segment.end - segment.begin))
        let (takeValues, column) = (takeValues, points.first + feature * points.stride)
        var range: (low: Float, high: Float) = (0, 0)
        places.withUnsafeBufferPointer { places in
            values.withUnsafeMutableBufferPointer { values in
                withUnsafeMutableBytes(of: &range) { range in
                    guard let places = places.baseAddress, let values = values.baseAddress,
                        let range = range.assumingMemoryBound(to: Float.self).baseAddress
                    else { return }
                    takeValues(column, places + begin, count, values + begin, range)
                }
            }
        }
        return range.low <= range.high ? range.low...range.high : 0...0
    }

    /// An even draw from `[low, high)`, so that both children get a point.
    private static func drawThreshold(in range: ClosedRange<Float>, _ random: inout CounterRandom) -> Float {
        let low = Double(range.lowerBound)
        let unit = Double(random.next() >> 11) * 0x1p-53
        let threshold = Float(low + unit * (Double(range.upperBound) - low))
        // Which zero is the lowest of several depends on the order they are looked at in.
        return (threshold >= range.lowerBound && threshold < range.upperBound ? threshold : range.lowerBound) + 0
    }

    /// Moves the segment's points at or below `threshold` before those above it, and says where those begin.
    private mutating func partition(_ segment: Segment, at threshold: Float) -> Int32 {
        let (begin, count) = (Int(segment.begin), Int(segment.end - segment.begin))
        let partPlaces = partPlaces
        return places.withUnsafeMutableBufferPointer { places in
            values.withUnsafeBufferPointer { values in
                spare.withUnsafeMutableBufferPointer { spare in
                    guard let places = places.baseAddress, let values = values.baseAddress,
                        let spare = spare.baseAddress
                    else { return segment.begin }
                    let below = partPlaces(places + begin, values + begin, count, threshold, spare)
                    return segment.begin + Int32(below)
                }
            }
        }
    }
}

extension CounterRandom {
    /// An even draw from `0 ..< limit`.
    @inline(__always)
    fileprivate mutating func index(below limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }
}
