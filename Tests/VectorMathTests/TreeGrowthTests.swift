import Kernels
import Testing
import VectorMath

@Suite struct TreeGrowthTests {
    @Test("all levels take a node's values and part its points alike", arguments: [1, 2, 15, 16, 63, 64, 65, 500])
    func levelsAgree(count: Int) {
        var random = CounterRandom(seed: 5, stream: UInt64(count))
        let column = (0..<2 * count).map { _ in (random.uniform() * 40).rounded() / 8 as Float }
        let places = (0..<count).map { _ in Int32(random.next() % UInt64(2 * count)) }
        let values = places.map { column[Int($0)] }
        // One of the values, so that some stand exactly at the threshold.
        let threshold = values[count / 2]
        let front = places.filter { column[Int($0)] <= threshold }
        let rest = places.filter { column[Int($0)] > threshold }
        for level in usableLevels {
            let forest = kernelTable(of: level).forest
            var (taken, range) = ([Float](repeating: .nan, count: count + 1), [Float](repeating: .nan, count: 2))
            forest.takeValues(column, places, count, &taken, &range)
            #expect(taken.dropLast() == values[...])
            #expect(taken[count].isNaN, "writes no further than it is told")
            #expect(range == [values.min() ?? .nan, values.max() ?? .nan])

            var parted = places + [-1]
            var spare = [Int32](repeating: 0, count: count + ForestKernels.group)
            #expect(forest.partPlaces(&parted, values, count, threshold, &spare) == front.count)
            #expect(parted == front + rest + [-1])
        }
    }

    @Test func noPointsLieBetweenNothing() {
        for level in usableLevels {
            var (taken, range) = ([Float](repeating: 7, count: 1), [Float](repeating: .nan, count: 2))
            kernelTable(of: level).forest.takeValues([1], [0], 0, &taken, &range)
            #expect(taken == [7] && range == [.infinity, -.infinity])
        }
    }
}
