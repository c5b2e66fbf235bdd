import Detectors
import Foundation
import SensorData
import Testing
import VectorMath

@Suite struct IsolationForestTests {
    private let pool = WorkerPool(threads: 1)

    @Test func heightsOfTheTrees() {
        #expect([2, 3, 4, 5, 256, 257, 1000].map(IsolationForest.depthLimit) == [1, 2, 2, 3, 8, 9, 10])
        // c(n) of the paper with H(i) = ln i + γ.
        #expect(IsolationForest.averagePathLength(1) == 0)
        #expect(IsolationForest.averagePathLength(2) == 1)
        #expect(abs(IsolationForest.averagePathLength(256) - 10.244770920119917) < 1e-12)
    }

    @Test func scoresOneByOneAreThoseOfAnyBatchOnAnyThreads() throws {
        let points = PointSet(rows: normalRows(3000, width: 7, seed: 1), dimension: 7)
        let forest = try IsolationForest(
            fitting: points, configuration: .init(trees: 50, samples: 128, seed: 4), pool: pool)
        let scores = forest.scores(of: points, pool: pool)
        for threads in [2, 5] {
            #expect(forest.scores(of: points, pool: WorkerPool(threads: threads)) == scores)
        }
        for index in stride(from: 0, to: 3000, by: 37) {
            #expect(forest.scores(of: points.selecting([index]), pool: pool) == [scores[index]])
        }
        for start in [1, 31, 33] {
            let part = Array(start..<start + 70)
            #expect(forest.scores(of: points.selecting(part), pool: pool) == part.map { scores[$0] })
        }
        #expect(scores.allSatisfy { $0 > 0 && $0 <= 1 })
    }

    @Test func growsTheSameTreesOnAnyThreads() throws {
        let windows = noiseWindows(600, width: 4, length: 10, seed: 2)
        let detectors = try [1, 2, 5].map { threads in
            try ForestDetector(
                fitting: windows, view: .window, configuration: .init(trees: 30, samples: 100, seed: 9),
                pool: WorkerPool(threads: threads))
        }
        #expect(detectors[0].tensors == detectors[1].tensors)
        #expect(detectors[0].tensors == detectors[2].tensors)
        let other = try ForestDetector(
            fitting: windows, view: .window, configuration: .init(trees: 30, samples: 100, seed: 10), pool: pool)
        #expect(detectors[0].tensors != other.tensors)
    }

    @Test func deepTreesOfTheWholeSample() throws {
        let points = PointSet(rows: normalRows(6000, width: 3, seed: 3), dimension: 3)
        let forest = try IsolationForest(
            fitting: points, configuration: .init(trees: 60, samples: nil, seed: 1), pool: pool)
        #expect(forest.sampleCount == 6000)
        // More nodes than one group of trees holds, so that the walk goes group by group.
        #expect(forest.nodeCount > 1 << 16)
        let scores = forest.scores(of: points, pool: pool)
        #expect(forest.scores(of: points.selecting([5999]), pool: pool) == [scores[5999]])
        let far = PointSet(values: [9, -9, 9], offsets: [0], dimension: 3)
        #expect(forest.scores(of: far, pool: pool)[0] > (scores.max() ?? 1))
    }

    @Test func overlappingWindowsScoreAsTheirCopies() throws {
        let windows = noiseWindows(400, width: 5, length: 12, seed: 8)
        for view in WindowView.allCases {
            let detector = try ForestDetector(
                fitting: windows, view: view, configuration: .init(trees: 25, samples: 64, seed: 2), pool: pool)
            let errors = try detector.errors(of: windows, pool: pool)
            for index in [0, 1, 100, windows.count - 1] {
                #expect(try detector.errors(of: single(index, of: windows), pool: pool) == [errors[index]])
            }
        }
    }

    @Test func tilesEndWherePointsAreTooManyOrTooFarApart() {
        let points = PointSet(
            values: [Float](repeating: 0, count: 40), offsets: [0, 3, 1, 30, 31, 20, 5, 6], dimension: 2)
        #expect(points.tiles(of: 3, span: 10) == [0..<3, 3..<5, 5..<6, 6..<8])
        #expect(points.tiles(of: 5) == [0..<5, 5..<8])
    }

    @Test("points that are copied and points that are too wide for it score alike", arguments: [128, 129])
    func wideAndNarrowPoints(width: Int) throws {
        let points = PointSet(rows: normalRows(300, width: width, seed: 6), dimension: width)
        let forest = try IsolationForest(
            fitting: points, configuration: .init(trees: 20, samples: 64, seed: 2), pool: pool)
        let drops = forest.pathLengthDrops(of: points, groups: 1, pool: pool)
        // The drops are credited on walks of their own, and say how long the paths were.
        let expected = drops.map { drop in
            exp2(drop / (20 * IsolationForest.averagePathLength(64)) - 1)
        }
        for (score, expected) in zip(forest.scores(of: points, pool: pool), expected) {
            #expect(abs(score - expected) < 1e-5)
        }
    }

    @Test func neverSplitsWhatIsConstant() throws {
        var rows = normalRows(500, width: 3, seed: 6)
        for row in 0..<500 { rows[row * 3 + 1] = 4 }
        let points = PointSet(rows: rows, dimension: 3)
        let forest = try IsolationForest(
            fitting: points, configuration: .init(trees: 20, samples: 100, seed: 1), pool: pool)
        let drops = forest.pathLengthDrops(of: points, groups: 3, pool: pool)
        #expect((0..<500).allSatisfy { drops[$0 * 3 + 1] == 0 })
        // What all columns take away is what the path lacks of the expected one.
        let total = drops[0] + drops[2]
        let length = -20 * log2(forest.scores(of: points, pool: pool)[0]) * IsolationForest.averagePathLength(100)
        #expect(abs(20 * IsolationForest.averagePathLength(100) - length - total) < 1e-3)
        // A constant column never changes a path: moving it changes no score.
        var moved = rows
        for row in 0..<500 { moved[row * 3 + 1] = 1e9 }
        #expect(
            forest.scores(of: PointSet(rows: moved, dimension: 3), pool: pool)
                == forest.scores(of: points, pool: pool))
    }

    @Test func refusesWhatCannotBeIsolated() {
        #expect(throws: TrainingError.self) {
            try IsolationForest(
                fitting: PointSet(rows: [1, 2], dimension: 2), configuration: .init(), pool: pool)
        }
        #expect(throws: TrainingError.self) {
            try IsolationForest(
                fitting: PointSet(rows: [Float](repeating: 3, count: 40), dimension: 2), configuration: .init(),
                pool: pool)
        }
    }

    @Test func namesTheColumnThatIsolates() throws {
        let windows = noiseWindows(800, width: 6, length: 8, seed: 12)
        for view in WindowView.allCases {
            let detector = try ForestDetector(
                fitting: windows, view: view, configuration: .init(trees: 100, samples: 256, seed: 5), pool: pool)
            for column in [0, 3, 5] {
                var odd = single(20, of: windows)
                for row in 0..<8 { odd.rows[row * 6 + column] = 12 }
                let shares = try detector.contributions(to: odd, pool: pool)
                #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
                #expect(shares.allSatisfy { $0 >= 0 })
                #expect(shares.firstIndex(of: shares.max() ?? 0) == column, "\(view)")
                #expect(shares[column] > 0.5, "\(view)")
            }
        }
    }

    @Test func refusesWindowsOfAnotherShapeAndValuesThatAreNoNumbers() throws {
        let windows = noiseWindows(100, width: 3, length: 4, seed: 1)
        let detector = try ForestDetector(
            fitting: windows, view: .last, configuration: .init(trees: 5, samples: 16), pool: pool)
        var renamed = windows
        renamed.columns = ["a", "b", "x"]
        #expect(throws: DataError.self) { try detector.errors(of: renamed, pool: pool) }
        for value in [Float.nan, .infinity, -.infinity] {
            var damaged = windows
            damaged.rows[17] = value
            #expect(throws: DataError.self) { try detector.errors(of: damaged, pool: pool) }
        }
    }
}

@Suite struct WindowViewTests {
    private let pool = WorkerPool(threads: 1)

    @Test(arguments: [1, 3, 7, 8, 9, 14, 16, 21]) func statisticsAreMeansAndSampleDeviations(width: Int) {
        let windows = noiseWindows(60, width: width, length: 30, seed: UInt64(width))
        let points = WindowView.statistics.points(of: windows, pool: pool)
        #expect(points.dimension == 2 * width && points.count == windows.count)
        for index in [0, 30] {
            for column in 0..<width {
                let values = (0..<30).map { Double(windows.rows[(index + $0) * width + column]) }
                let mean = values.reduce(0, +) / 30
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 29
                let start = points.offsets[index]
                #expect(abs(Double(points.values[start + column]) - mean) < 1e-6)
                #expect(abs(Double(points.values[start + width + column]) - variance.squareRoot()) < 1e-6)
            }
        }
    }

    @Test func aConstantColumnDeviatesByNothing() {
        var windows = noiseWindows(40, width: 9, length: 30, seed: 1)
        for row in 0..<40 { windows.rows[row * 9 + 4] = 0.1 }
        let points = WindowView.statistics.points(of: windows, pool: pool)
        for start in points.offsets {
            #expect(points.values[start + 4] == 0.1)
            #expect(points.values[start + 9 + 4] == 0)
        }
    }

    @Test func viewsAreNoCopies() {
        let windows = noiseWindows(50, width: 4, length: 10, seed: 1)
        let flat = WindowView.window.points(of: windows, pool: pool)
        #expect(flat.dimension == 40 && flat.values.count == 200)
        let last = WindowView.last.points(of: windows, pool: pool)
        #expect(last.offsets.first == 36 && last.dimension == 4)
    }
}
