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
        let columns = FeatureColumns(points, reads: configuration.trees * samples)
        var trees = [TreeArrays](repeating: TreeArrays(), count: configuration.trees)
        trees.withUnsafeMutableBufferPointer { trees in
            nonisolated(unsafe) let trees = trees
            pool.run(tasks: configuration.trees) { tree in
                var random = CounterRandom(seed: configuration.seed, stream: UInt64(tree))
                var grower = TreeGrower(columns: columns, samples: samples)
                trees[tree] = grower.grow(&random)
            }
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
    let values: [Float]
    /// Where the first feature of each point stands.
    let offsets: [Int]
    /// From one feature of a point to the next.
    let stride: Int
    /// The numbers in a point.
    let dimension: Int

    /// - Parameter reads: how many points the trees read at each of their levels.
    init(_ points: PointSet, reads: Int) {
        dimension = points.dimension
        let count = points.count
        // A tree has about ten levels; one copy should be a small part of the work.
        guard reads >= points.dimension * count else {
            (values, offsets, stride) = (points.values, points.offsets, 1)
            return
        }
        let dimension = points.dimension
        values = [Float](unsafeUninitializedCapacity: dimension * count) { columns, size in
            points.values.withUnsafeBufferPointer { rows in
                for (point, offset) in points.offsets.enumerated() {
                    for feature in 0..<dimension { columns[feature * count + point] = rows[offset + feature] }
                }
            }
            size = dimension * count
        }
        offsets = Array(0..<count)
        stride = count
    }
}

/// Grows one tree; the sample is partitioned in place, so the points of a node are neighbours.
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
    private let depthLimit: Int32
    /// Where each sampled point begins.
    private var offsets: [Int]
    /// The values of the node's points in the feature at hand.
    private var values: [Float]

    init(columns: FeatureColumns, samples: Int) {
        points = columns
        depthLimit = Int32(IsolationForest.depthLimit(samples: samples))
        offsets = []
        offsets.reserveCapacity(samples)
        values = [Float](repeating: 0, count: samples)
    }

    mutating func grow(_ random: inout CounterRandom) -> TreeArrays {
        drawSample(&random)
        var tree = TreeArrays()
        var segments = [Segment(begin: 0, end: Int32(values.count), depth: 0)]
        segments.reserveCapacity(2 * values.count)
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
        guard samples < points.offsets.count else {
            offsets = points.offsets
            return
        }
        let count = points.offsets.count
        var isDrawn = [UInt64](repeating: 0, count: (count + 63) / 64)
        for limit in count - samples..<count {
            var index = random.index(below: limit + 1)
            if isDrawn[index >> 6] & (1 << UInt64(index & 63)) != 0 { index = limit }
            isDrawn[index >> 6] |= 1 << UInt64(index & 63)
            offsets.append(points.offsets[index])
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
        let start = feature * points.stride
        return points.values.withUnsafeBufferPointer { source in
            offsets.withUnsafeBufferPointer { offsets in
                values.withUnsafeMutableBufferPointer { values in
                    var low = Float.infinity
                    var high = -Float.infinity
                    for index in Int(segment.begin)..<Int(segment.end) {
                        let value = source[offsets[index] &+ start]
                        values[index] = value
                        low = value < low ? value : low
                        high = value > high ? value : high
                    }
                    return low <= high ? low...high : 0...0
                }
            }
        }
    }

    /// An even draw from `[low, high)`, so that both children get a point.
    private static func drawThreshold(in range: ClosedRange<Float>, _ random: inout CounterRandom) -> Float {
        let low = Double(range.lowerBound)
        let unit = Double(random.next() >> 11) * 0x1p-53
        let threshold = Float(low + unit * (Double(range.upperBound) - low))
        return threshold >= range.lowerBound && threshold < range.upperBound ? threshold : range.lowerBound
    }

    /// Moves the segment's points at or below `threshold` before those above it, and says where those begin.
    private mutating func partition(_ segment: Segment, at threshold: Float) -> Int32 {
        offsets.withUnsafeMutableBufferPointer { offsets in
            values.withUnsafeMutableBufferPointer { values in
                var left = Int(segment.begin)
                for index in Int(segment.begin)..<Int(segment.end) {
                    let value = values[index]
                    let offset = offsets[index]
                    values[index] = values[left]
                    offsets[index] = offsets[left]
                    values[left] = value
                    offsets[left] = offset
                    left &+= value <= threshold ? 1 : 0
                }
                return Int32(left)
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
